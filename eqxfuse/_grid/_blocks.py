"""The cells of a grid, block by block, on every core or on a mesh of devices."""

import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import jax
import numpy as np
from jax.sharding import Mesh

from eqxfuse._fused import FusedRHS
from eqxfuse._grid._cells import Cells, work_order
from eqxfuse._grid._compiled import BlockSolver
from eqxfuse._integration import Integration
from eqxfuse._trajectory import Trajectory

Part = tuple[np.ndarray, Trajectory]

PLAIN_BLOCK = 64
"""Cells of a block without native code."""

CALL_BYTES = 2**28
"""What the output of one call on a mesh takes at most, or else one block a device."""


def block_size(rhs: FusedRHS, cells: int) -> int:
    """How many of a number of cells take their steps together: as many as a native kernel has lanes."""
    if rhs.kernel.backend != "llvm":
        return min(PLAIN_BLOCK, cells)
    from eqxfuse._kernels._host import host

    return min(host().shape("float64").lanes, cells)


def solve_blocks(
    integration: Integration, cells: Cells, chunks: Iterable[np.ndarray], block: int, mesh: Mesh | None = None
) -> Generator[Part, None, None]:
    """Solve the cells of each chunk (indices, in any number): parts of it, each the indices [calls, block] and the
    trajectories of these cells in NumPy arrays, chunk after chunk.

    Which cells share a block follows from the chunk alone. Where a chunk does not fill its blocks, a cell comes more
    than once. A few parts are in memory at a time. Without a mesh one thread for each core takes block after block.
    """
    rows = 1 if mesh is None else _rows(integration, cells, block, mesh.size)
    workers = _cores() if mesh is None and jax.default_backend() == "cpu" else 1
    solver = BlockSolver(integration, cells, (rows, block), mesh)

    def work(indices: np.ndarray, inputs: list[jax.Array]) -> Part:
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


def _layout(cells: Cells, chunk: np.ndarray, rows: int, block: int, devices: int) -> Iterator[np.ndarray]:
    """Indices [rows, block] for each call; each device gets equally many neighbouring rows, dealt out in turn."""
    ordered = chunk[work_order(cells.features[chunk], block)]
    blocks = -(-len(ordered) // block)
    calls = -(-blocks // rows)
    padded = np.pad(ordered, (0, calls * rows * block - len(ordered)), mode="edge")
    for call in padded.reshape(calls, rows, block):
        yield call.reshape(-1, devices, block).swapaxes(0, 1).reshape(rows, block)


def _rows(integration: Integration, cells: Cells, block: int, devices: int) -> int:
    """Blocks of one call on a mesh: as many as fit in `CALL_BYTES`, a multiple of the number of devices."""
    blocks = -(-cells.count // (block * devices))
    cell_bytes = 8 * len(integration.times) * (len(integration.rhs.network.species) + 1)
    fitting = max(1, CALL_BYTES // (cell_bytes * block * devices))
    calls = -(-blocks // fitting)
    return -(-blocks // calls) * devices


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
