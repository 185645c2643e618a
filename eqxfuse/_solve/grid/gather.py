"""Parts of a grid put together."""

from collections.abc import Callable, Iterable
from typing import Any

import jax
import numpy as np

from eqxfuse._solve.grid.blocks import Part
from eqxfuse._solve.trajectory.trajectory import Trajectory


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
