"""Loops, dense and sparse factorisation, and functions of scalars."""
