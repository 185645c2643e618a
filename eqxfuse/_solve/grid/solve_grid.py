"""`solve_grid`: many clouds in, one batched trajectory out."""

import dataclasses
import warnings

import diffrax
import jax
import numpy as np
from jax.sharding import Mesh
from jaxtyping import Array, Float
from tqdm import tqdm

from eqxfuse._chemistry.checks import warn_of_start
from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.history.history import History
from eqxfuse._rhs.coefficients import RateCoefficients
from eqxfuse._rhs.fused import FusedRHS, require_rhs
from eqxfuse._rhs.state import as_state
from eqxfuse._solve.failure import explain
from eqxfuse._solve.grid.blocks import block_size, gather, solve_blocks
from eqxfuse._solve.grid.cells import Cells, make_cells
from eqxfuse._solve.integration import ATOL, RTOL, Integration
from eqxfuse._solve.solve import as_arrays
from eqxfuse._solve.trajectory.files import axis_names
from eqxfuse._solve.trajectory.origin import Origin
from eqxfuse._solve.trajectory.trajectory import Trajectory


def solve_grid(
    rhs: FusedRHS,
    conditions: Conditions | History | RateCoefficients | None,
    y0: Float[Array, "*#batch species"],
    t1: float,
    *,
    t0: float = 0.0,
    rtol: float = RTOL,
    atol: float = ATOL,
    temperature_atol: float | None = None,
    saveat: int | Float[Array, "times"] = 121,
    solver: diffrax.AbstractSolver | None = None,
    stepsize_controller: diffrax.AbstractStepSizeController | None = None,
    max_steps: int = 10_000,
    mesh: Mesh | None = None,
    block: int | None = None,
    progress: bool = False,
    throw: bool | None = None,
) -> Trajectory:
    """Integrate a network from `t0` to `t1` [s] in many cells.

    The same as `jax.vmap` of `solve`, but faster: cells are solved in small blocks, so that a cell waits for the
    slowest of its block and not of the whole grid, and blocks of cells with similar conditions run on every core.
    Little more memory is needed than for the result. Runs its own loop: under `jit` or `grad` use `vmap` of `solve`.

    **Arguments**: those of `solve`, and

    - `conditions`: any field of `Conditions` may be an array; fields of one number hold for every cell. Their shapes
      (for `RateCoefficients.k` but for the last axis) are broadcast together, with the leading axes of y0. None for a
      right-hand side bound with `at`. A batch of histories (`History.stack`), which may differ in their numbers of
      rows, is solved history by history.
    - `y0` [species] or [*batch, species].
    - `mesh`: the devices to work on, each on its share of the blocks, whatever the mesh's axes are. With devices of
      several processes (`jax.distributed`) every process calls this with the same arguments and gets the whole
      result. Without a mesh the default device is used, and on a CPU every core that the process may use.
    - `block`: how many cells take their steps together: by default as many as the native kernels have lanes, more for
      small networks, and 64 without native code. On an accelerator thousands may be better. The result does not depend
      on the number of cores and devices, but in its last bits on this.
    - `progress`: show a bar on stderr.
    - `throw`: raise `RuntimeError` when a cell fails. By default a warning says how many failed, and why the first;
      False leaves that to the `result` of the trajectory, which says which failed and why.

    Returns a trajectory whose arrays have the axes of the grid in front; in its `origin`, what all cells share stands
    once. Take single clouds with `.cell(...)`.

    Raises `ValueError` for arguments that make no sense, such as conditions that are not finite in some cell,
    `UnknownSpecies` for a name in `y0` that the network does not have, and `TypeError` for traced arguments.
    """
    y0 = as_state(require_rhs(rhs).network, y0, "y0")
    if isinstance(conditions, History):
        t0, t1 = conditions.within(t0, "t0"), conditions.within(t1, "t1")
    cells = make_cells(rhs, conditions, y0)
    warn_of_start(rhs.network, conditions, y0)
    integration = Integration.make(
        rhs,
        t1,
        cells.dtype,
        t0=t0,
        rtol=rtol,
        atol=atol,
        temperature_atol=temperature_atol,
        saveat=saveat,
        solver=solver,
        stepsize_controller=stepsize_controller,
        max_steps=max_steps,
    )
    if block is not None and block < 1:
        raise ValueError(f"block must be 1 or more cells, got {block}")
    block = block or block_size(rhs, cells.count)
    parts = solve_blocks(integration, cells, [np.arange(cells.count)], block, mesh)
    with tqdm(total=cells.count, unit="solve", disable=not progress) as bar:
        flat = gather(parts, np.arange(cells.count), bar.update)
    trajectory = jax.tree.map(lambda array: array.reshape((*cells.shape, *array.shape[1:])), flat)
    dims = axis_names(conditions, len(cells.shape))
    origin = Origin.of(rhs.network, as_arrays(conditions), integration.span[0], integration.tolerances, dims)
    origin = jax.tree.map(lambda shared: np.broadcast_to(shared, cells.shape), origin)
    trajectory = jax.device_put(dataclasses.replace(trajectory, origin=origin))
    if throw is not False and not trajectory.succeeded.all():
        failure = _failure(trajectory, integration, cells)
        if throw:
            raise RuntimeError(failure)
        warnings.warn(
            f"{failure}. The abundances of failed cells are nan from there on; see .result and .end_time, or say "
            "throw=True to stop, throw=False to leave out this warning",
            stacklevel=2,
        )
    return trajectory


def _failure(trajectory: Trajectory, integration: Integration, cells: Cells) -> str:
    """How many cells failed, and why the first."""
    failed = np.argwhere(~np.asarray(trajectory.succeeded))
    where = tuple(int(i) for i in failed[0])
    conditions, _ = cells.cell(int(np.ravel_multi_index(where, cells.shape)))
    cell = jax.tree.map(lambda array: array[where], trajectory)
    reason = explain(cell, integration.rhs, conditions, integration.span[1])
    return f"{len(failed)} of {trajectory.succeeded.size} cells failed, first cell {where}: {reason}"
