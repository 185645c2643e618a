"""Solves of many cells at once."""

from eqxfuse._grid._solve_grid import solve_grid as solve_grid
