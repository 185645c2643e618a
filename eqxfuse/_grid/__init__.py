"""Solves of many cells at once."""

from eqxfuse._grid._blocks import Part as Part
from eqxfuse._grid._blocks import block_size as block_size
from eqxfuse._grid._blocks import solve_blocks as solve_blocks
from eqxfuse._grid._cells import make_cells as make_cells
from eqxfuse._grid._gather import gather as gather
from eqxfuse._grid._solve_grid import solve_grid as solve_grid
