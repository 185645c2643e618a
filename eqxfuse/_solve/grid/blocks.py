"""The cells of a grid, block by block, on every core or on a mesh of devices, and put together again."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh

from eqxfuse._rhs.fused import FusedRHS
from eqxfuse._solve.grid.cells import Cells, work_order
from eqxfuse._solve.grid.compiled import BlockSolver
from eqxfuse._solve.integration import Integration
from eqxfuse._solve.trajectory.trajectory import Trajectory

Part = tuple[np.ndarray, Trajectory]

PLAIN_BLOCK = 64
"""Cells of a block without native code."""

STEP_OPERATIONS = 2048
"""Operations of dy/dt, over the cells of a lane, below which blocks get more cells than lanes."""

MOST_LANES = 16
"""So many times the lanes a block has at most."""

CALL_BYTES = 2**28
"""What the output of one call on a mesh takes at most, or else one block a device."""

CORE_BYTES = 2**20
"""What the output of one call takes at most where each core has calls of its own, or else one block."""

CALLS = 16
"""Where blocks are joined to calls, so many calls are left at least, for as many cores."""


def block_size(rhs: FusedRHS, cells: int) -> int:
    """How many of a number of cells take their steps together: as many as a native kernel has lanes, and a multiple of
    that for small networks, where a step costs less than what JAX does around it.
    """
    lanes = rhs.kernel.capabilities.lanes
    if lanes == 1:
        return min(PLAIN_BLOCK, cells)
    operations = rhs.kernel.program.operations
    several = STEP_OPERATIONS // (1 + operations["multiplications"] + operations["additions"])
    return min(lanes * min(max(several, 1), MOST_LANES), cells)


def solve_blocks(
    integration: Integration, cells: Cells, chunks: Sequence[np.ndarray], block: int, mesh: Mesh | None = None
) -> Generator[Part, None, None]:
    """Solve the cells of each chunk (indices, in any number): parts of it, each the indices [calls, block] and the
    trajectories of these cells in NumPy arrays, chunk after chunk.

    Which cells share a block follows from the chunk alone. Where a chunk does not fill its blocks, a cell comes more
    than once. A few parts are in memory at a time. Without a mesh one thread for each core takes block after block.
    """
    largest = max(map(len, chunks))
    rows = _rows(integration, largest, block, mesh.size if mesh else None)
    workers = cores() if mesh is None and jax.default_backend() == "cpu" else 1
    solver = BlockSolver(integration, cells, (rows, block), mesh)

    def work(indices: np.ndarray, inputs: Sequence[Any]) -> Part:
        return indices, jax.tree.map(np.asarray, solver(inputs))

    waiting: deque[Future[Part]] = deque()
    pool = ThreadPoolExecutor(workers)
    try:
        for chunk in chunks:
            for indices in _layout(cells, chunk, rows, block, 1 if mesh is None else mesh.size):
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
                waiting.append(pool.submit(work, indices, solver.place(indices)))
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def gather(parts: Iterable[Part], cells: np.ndarray, done: Callable[[int], object]) -> Trajectory:
    """The trajectories of `cells`, increasing indices [cells], in NumPy; `parts` hold all of them and no others.

    Calls `done` with the number of cells of every part.
    """
    arrays: list[np.ndarray] = []
    structure: Any = None
    for indices, part in parts:
        leaves, structure = jax.tree.flatten(part)
        if not arrays:
            arrays = [np.empty((len(cells), *leaf.shape[2:]), leaf.dtype) for leaf in leaves]
        for array, leaf in zip(arrays, leaves, strict=True):
            array[np.searchsorted(cells, indices)] = leaf
        done(len(np.unique(indices)))
    return jax.tree.unflatten(structure, arrays)


def _layout(cells: Cells, chunk: np.ndarray, rows: int, block: int, devices: int) -> Iterator[np.ndarray]:
    """Indices [rows, block] for each call; each device gets equally many neighbouring rows, dealt out in turn."""
    ordered = chunk[work_order(cells.features[chunk], block)]
    blocks = -(-len(ordered) // block)
    calls = -(-blocks // rows)
    padded = np.pad(ordered, (0, calls * rows * block - len(ordered)), mode="edge")
    for call in padded.reshape(calls, rows, block):
        yield call.reshape(-1, devices, block).swapaxes(0, 1).reshape(rows, block)


def _rows(integration: Integration, cells: int, block: int, devices: int | None) -> int:
    """Blocks of one call, for chunks of at most so many `cells`: as many as fit in its bytes; on a mesh a multiple of
    the number of devices. Does not depend on the number of cores.
    """
    spread, size = (devices, CALL_BYTES) if devices else (1, CORE_BYTES)
    blocks = -(-cells // (block * spread))
    cell_bytes = 8 * len(integration.times) * (len(integration.rhs.network.species) + 1)
    fitting = max(1, size // (cell_bytes * block * spread))
    if not devices:
        fitting = min(fitting, -(-blocks // CALLS))
    calls = -(-blocks // fitting)
    return -(-blocks // calls) * spread


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
