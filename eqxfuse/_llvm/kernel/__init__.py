"""Straight-line arithmetic: programs cut into functions, for one cell and for lanes of cells."""
