"""`solve_grid`: many clouds in, one batched trajectory out."""

import dataclasses

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh
from jaxtyping import Array, Float
from tqdm import tqdm

from eqxfuse._coefficients import RateCoefficients
from eqxfuse._conditions import Conditions
from eqxfuse._fused import FusedRHS
from eqxfuse._grid._blocks import block_size, solve_blocks
from eqxfuse._grid._cells import make_cells
from eqxfuse._grid._gather import gather
from eqxfuse._grid._integration import Integration
from eqxfuse._origin import Origin
from eqxfuse._outcome import Outcome
from eqxfuse._solve import as_arrays, default_solver, output_times
from eqxfuse._trajectory import Trajectory
from eqxfuse._trajectory_file import axis_names


def solve_grid(
    rhs: FusedRHS,
    conditions: Conditions | RateCoefficients | None,
    y0: Float[Array, "*#batch species"],
    t1: float,
    *,
    t0: float = 0.0,
    rtol: float = 1e-4,
    atol: float = 1e-20,
    saveat: int | Float[Array, "times"] = 121,
    solver: diffrax.AbstractSolver | None = None,
    max_steps: int = 10_000,
    mesh: Mesh | None = None,
    block: int | None = None,
    progress: bool = False,
    throw: bool = False,
) -> Trajectory:
    """Integrate a network from `t0` to `t1` [s] in many cells.

    The same as `jax.vmap` of `solve`, but faster: cells are solved in small blocks, so that a cell waits for the
    slowest of its block and not of the whole grid, and blocks of cells with similar conditions run on every core.
    Little more memory is needed than for the result. Runs its own loop: under `jit` or `grad` use `vmap` of `solve`.

    **Arguments**: those of `solve`, and

    - `conditions`: any field of `Conditions` may be an array; fields of one number hold for every cell. Their shapes
      (for `RateCoefficients.k` but for the last axis) are broadcast together, with the leading axes of y0. None for a
      right-hand side bound with `at`.
    - `y0` [species] or [*batch, species].
    - `mesh`: the devices to work on, each on its share of the blocks, whatever the mesh's axes are. With devices of
      several processes (`jax.distributed`) every process calls this with the same arguments and gets the whole
      result. Without a mesh the default device is used, and on a CPU every core that the process may use.
    - `block`: how many cells take their steps together: by default as many as the native kernels have lanes, and 64
      without native code. On an accelerator thousands may be better. The result does not depend on the number of
      cores and devices, but in its last bits on this.
    - `progress`: show a bar on stderr.
    - `throw`: raise `RuntimeError` when a cell fails. By default the others are returned too, and `result` says
      which failed and why.

    Returns a trajectory whose arrays have the axes of the grid in front; in its `origin`, what all cells share stands
    once. Take single clouds with `.cell(...)`.

    Raises `ValueError` for arguments that make no sense, such as conditions that are not finite in some cell, and
    `TypeError` for traced ones.
    """
    cells = make_cells(rhs, conditions, y0)
    integration = make_integration(rhs, (t0, t1), (rtol, atol), saveat, solver, max_steps, cells.dtype)
    if block is not None and block < 1:
        raise ValueError(f"block must be 1 or more cells, got {block}")
    block = block or block_size(rhs, cells.count)
    parts = solve_blocks(integration, cells, [np.arange(cells.count)], block, mesh)
    with tqdm(total=cells.count, unit="solve", disable=not progress) as bar:
        flat = gather(parts, range(cells.count), bar.update)
    trajectory = jax.tree.map(lambda array: jnp.asarray(array.reshape((*cells.shape, *array.shape[1:]))), flat)
    dims = axis_names(conditions, len(cells.shape))
    origin = Origin.of(rhs.network, as_arrays(conditions), integration.span[0], integration.tolerances, dims)
    trajectory = dataclasses.replace(trajectory, origin=origin)
    return _checked(trajectory) if throw else trajectory


def make_integration(rhs: FusedRHS, span, tolerances, saveat, solver, max_steps: int, dtype) -> Integration:
    """Checks the arguments that all cells share. Raises `ValueError`."""
    t0, t1 = (jnp.asarray(t, dtype) for t in span)
    if not (t1 > t0 and jnp.isfinite(t1)):
        raise ValueError(f"t1 must be larger than t0 and finite, got t0 = {t0}, t1 = {t1}")
    for name, value in zip(("rtol", "atol"), tolerances, strict=True):
        if not (np.isfinite(value) and value >= 0):
            raise ValueError(f"{name} must be finite and zero or more, got {value}")
    rtol, atol = (jnp.asarray(tolerance, dtype) for tolerance in tolerances)
    times = output_times(saveat, t0, t1)
    return Integration(rhs, (t0, t1), times, (rtol, atol), default_solver() if solver is None else solver, max_steps)


def _checked(trajectory: Trajectory) -> Trajectory:
    failed = np.argwhere(~np.asarray(trajectory.succeeded))
    if len(failed):
        where = tuple(int(i) for i in failed[0])
        reason = Outcome[jax.tree.map(lambda code: code[where], trajectory.result)]
        raise RuntimeError(f"{len(failed)} of {trajectory.succeeded.size} cells failed, first cell {where}: {reason}")
    return trajectory
