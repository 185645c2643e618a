"""The cells of a grid: conditions and starts, one row each."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import jax
import jax.core
import numpy as np

from eqxfuse._chemistry.checks import require_conditions, require_start
from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.history.history import History
from eqxfuse._rhs.coefficients import RateCoefficients
from eqxfuse._rhs.fused import Args, FusedRHS


@dataclasses.dataclass(frozen=True)
class Cells:
    """Inputs of many solves, as a flat list of arrays: those in `shared` hold for every cell, the others have one
    row a cell: an array, or what gives rows when it is indexed as one. `shape` holds the axes of the grid, `features`
    [cells, any] what is known to set the work of a cell.
    """

    shape: tuple[int, ...]
    arrays: tuple[Any, ...]
    shared: tuple[bool, ...]
    structure: Any
    features: np.ndarray

    @property
    def count(self) -> int:
        return int(np.prod(self.shape))

    @property
    def dtype(self) -> np.dtype:
        """That of the starts, and so of the solves."""
        return self.arrays[-1].dtype

    def rows(self, indices: np.ndarray) -> list[np.ndarray]:
        """The inputs of the cells `indices` [...]: arrays [..., own axes], or as they are where shared."""
        return [array if same else array[indices] for array, same in zip(self.arrays, self.shared, strict=True)]

    def cell(self, index: int) -> tuple[Args, np.ndarray]:
        """The conditions and the start of one cell."""
        return jax.tree.unflatten(self.structure, self.rows(np.array(index)))


def make_cells(rhs: FusedRHS, conditions: Args, y0: Any) -> Cells:
    """Broadcast the leading axes of `conditions` and `y0` to one grid. Raises `ValueError` and `TypeError`."""
    if not isinstance(conditions, Conditions | History | RateCoefficients | None):
        raise TypeError(
            f"conditions must be Conditions, a History, RateCoefficients or None, got {type(conditions).__name__}; "
            "make a batch of histories with History.stack"
        )
    conditions = conditions.padded() if isinstance(conditions, History) else conditions
    leaves, structure = jax.tree.flatten((conditions, y0))
    if any(isinstance(leaf, jax.core.Tracer) for leaf in leaves):
        raise TypeError("solve_grid runs its own loop and cannot be traced; inside jit or grad use jax.vmap of solve")
    ranks = jax.tree.leaves((_ranks(conditions), 1))
    arrays = [_array(leaf) for leaf in leaves]
    y0 = arrays[-1]
    _check(rhs, conditions, y0)
    batches = [array.shape[: array.ndim - rank] for array, rank in zip(arrays, ranks, strict=True)]
    try:
        shape = np.broadcast_shapes(*batches)
    except ValueError as error:
        raise ValueError(
            f"the leading axes of conditions and y0 do not fit together: {sorted(set(batches))}"
        ) from error
    if not np.prod(shape):
        raise ValueError(f"the grid has no cells: its shape is {shape}")
    single = [int(np.prod(batch)) == 1 for batch in batches]
    shared = (*single[:-1], single[-1] and not all(single))  # something has to have rows
    flat = [
        array.reshape(array.shape[len(batch) :]) if same else _flat(array, batch, shape)
        for array, batch, same in zip(arrays, batches, shared, strict=True)
    ]
    own = zip(flat[:-1], shared, ranks, strict=False)  # without the starts
    rows = [(array, rank) for array, same, rank in own if not same]
    features = _features(rows, isinstance(conditions, History), int(np.prod(shape)))
    return Cells(shape, tuple(flat), shared, structure, features)


def work_order(features: np.ndarray, block: int) -> np.ndarray:
    """[cells] an order in which each `block` cells lie close together, so that they need about as many steps.

    The cells are halved along the feature that is spread widest, again and again. Depends on nothing else.
    """

    def divide(cells: np.ndarray) -> list[np.ndarray]:
        blocks = -(-len(cells) // block)
        if blocks < 2:
            return [cells]
        own = features[cells]
        widest = np.argmax(np.ptp(own, axis=0))
        ordered = cells[np.argsort(own[:, widest], kind="stable")]
        half = blocks // 2 * block
        return divide(ordered[:half]) + divide(ordered[half:])

    cells = np.arange(len(features))
    return np.concatenate(divide(cells)) if features.shape[1] else cells


def _ranks(conditions: Args) -> Any:
    """Number of axes that each leaf has for one cell."""
    if isinstance(conditions, RateCoefficients):
        return RateCoefficients(1, jax.tree.map(lambda _: 0, conditions.conditions))  # pyright: ignore[reportArgumentType]
    if isinstance(conditions, History):
        return [1, *(int(name in conditions.changing) for name in conditions.conditions.named())]
    return jax.tree.map(lambda _: 0, conditions)


def _array(leaf: Any) -> np.ndarray:
    array = np.asarray(leaf)
    return array if array.dtype == np.float32 else array.astype(np.float64)


def _flat(array: np.ndarray, batch: Sequence[int], shape: tuple[int, ...]) -> np.ndarray:
    own = array.shape[len(batch) :]
    axes = (1,) * (len(shape) - len(batch)) + array.shape
    return np.broadcast_to(array.reshape(axes), shape + own).reshape(-1, *own)


def _features(rows: list[tuple[np.ndarray, int]], moving: bool, cells: int) -> np.ndarray:
    """Logarithms of the scalars that differ from cell to cell, and, of histories, of how far their tables go up and
    down, each with a standard deviation of 1. `rows` [cells, own axes] come with the number of these axes.
    """
    numbers = [_log(array) for array, rank in rows if rank == 0]
    if moving:
        numbers += [_log(_travelled(array)) for array, rank in rows if rank == 1]
    logs = np.array(numbers, dtype=float).reshape(-1, cells)
    spread = np.std(logs, axis=1, keepdims=True)
    return (logs / np.where(spread > 0, spread, 1.0)).T


def _travelled(tables: np.ndarray) -> np.ndarray:
    """[cells] the ups and downs of the logarithms of tables [cells, rows]."""
    return np.abs(np.diff(_log(tables), axis=1)).sum(axis=1)


def _log(values: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(np.asarray(values, float), 1e-300))


def _check(rhs: FusedRHS, conditions: Args, y0: np.ndarray) -> None:
    species, reactions = len(rhs.network.species), len(rhs.network.reactions)
    if y0.ndim == 0 or y0.shape[-1] != species:
        raise ValueError(f"y0 must be [species] or [cells, species] with {species} species, got shape {y0.shape}")
    require_start(rhs.network, y0)
    if isinstance(conditions, RateCoefficients):
        k = np.asarray(conditions.k)
        if k.ndim == 0 or k.shape[-1] != reactions:
            raise ValueError(f"conditions.k must end with an axis of {reactions} reactions, got shape {k.shape}")
        conditions = conditions.conditions
    require_conditions(rhs.network, conditions)
