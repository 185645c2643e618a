"""Solves of many cells at once."""

from eqxfuse._solve.grid.blocks import Part as Part
from eqxfuse._solve.grid.blocks import block_size as block_size
from eqxfuse._solve.grid.blocks import gather as gather
from eqxfuse._solve.grid.blocks import solve_blocks as solve_blocks
from eqxfuse._solve.grid.cells import Cells as Cells
from eqxfuse._solve.grid.cells import make_cells as make_cells
from eqxfuse._solve.grid.solve_grid import solve_grid as solve_grid
