"""Solves: conditions and a start in, trajectories out."""
