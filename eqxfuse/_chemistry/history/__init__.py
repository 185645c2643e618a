"""Conditions over time, as tables."""
