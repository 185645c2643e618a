"""Many sums of different lengths at once, by gathers alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from eqxfuse._program.one_line import OneLine

WIDTH = 8
"""Terms that one gather step adds up. 4, 8 and 16 were measured; 8 is fastest on networks of all sizes."""


@dataclass(frozen=True, repr=False)
class SummationTree(OneLine):
    """Rows of at most `WIDTH` terms, then rows of those rows, until one row an output is left.

    Every level gathers column by column, which XLA turns into vector gathers; a scatter would add one
    element at a time. Absent terms point one past the end, at a zero.
    """

    levels: tuple[np.ndarray, ...]  # each [rows, columns]: positions in the level below
    coefficients: np.ndarray  # [rows, columns] of the first level
    outputs: np.ndarray  # [outputs] positions in the last level

    @classmethod
    def build(cls, sums: Sequence[Sequence[tuple[float, int]]], length: int) -> "SummationTree":
        """`sums[i]` lists (coefficient, position) into a vector of `length` terms."""
        coefficients, level, owned = _rows(sums, length)
        levels = [level]
        while max((len(own) for own in owned), default=0) > 1:
            _, level, owned = _rows([[(1.0, row) for row in own] for own in owned], len(levels[-1]))
            levels.append(level)
        outputs = [own[0] if own else len(levels[-1]) for own in owned]
        return cls(tuple(levels), coefficients, np.array(outputs, dtype=np.int32))

    def __repr__(self):
        return f"SummationTree({len(self.outputs)} sums, {len(self.levels)} levels)"

    def __call__(self, terms, compensated: bool = False):
        """Sums [outputs] of `terms` [length]; `compensated` carries the rounding errors along."""
        error = jnp.zeros(0, terms.dtype)
        for depth, level in enumerate(self.levels):
            columns = [_take(terms, column) for column in level.T]
            if depth == 0:
                columns = [c * v.astype(terms.dtype) for c, v in zip(columns, self.coefficients.T, strict=True)]
            carried = [_take(error, column) for column in level.T] if compensated and depth else []
            terms, error = _add(columns, carried, compensated)
        total = terms + error if compensated else terms
        return _take(total, self.outputs)


def _rows(sums, length: int) -> tuple[np.ndarray, np.ndarray, list[list[int]]]:
    """Cut every sum into rows: their coefficients, their positions, and the rows that each sum owns."""
    rows, owned = [], []
    for terms in sums:
        cuts = [list(terms[i : i + WIDTH]) for i in range(0, len(terms), WIDTH)]
        owned.append(list(range(len(rows), len(rows) + len(cuts))))
        rows += cuts
    width = max(map(len, rows), default=1)
    padded = [row + [(0.0, length)] * (width - len(row)) for row in rows]
    table = np.array(padded, dtype=float).reshape(len(rows), width, 2)
    return table[:, :, 0], table[:, :, 1].astype(np.int32), owned


def _take(values, positions):
    """`values[positions]`, where the position one past the end reads zero."""
    padded = jnp.concatenate([values, jnp.zeros(1, values.dtype)])
    return padded.at[positions].get(mode="promise_in_bounds")


def _add(columns, carried, compensated: bool):
    """The sum of `columns`, and what rounding took from it (plus the errors `carried` so far)."""
    total = columns[0]
    error = jnp.zeros_like(total)
    for term in columns[1:]:
        after = total + term
        if compensated:
            larger = jnp.abs(total) >= jnp.abs(term)
            error += jnp.where(larger, (total - after) + term, (term - after) + total)
        total = after
    return total, sum(carried, error)
