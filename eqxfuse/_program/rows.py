"""Functions of scalars that are evaluated for every row of a table."""

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from eqxfuse._program.ir import Array, Program
from eqxfuse._program.split import COLUMNS, Formulas, split_costly, split_uniform


@dataclass(frozen=True, eq=False)
class RowLoop:
    """One function for the rows `rows` of a table, in the order in which they are computed.

    It comes in three parts, which load each other's results from the arrays `BEFORE` and `ALIKE`. `before` is the same
    for all rows. `alike` holds the costly functions, and is the same for rows that are equal in the `key`, the loads
    that it depends on; such rows follow each other, as far as that is known. `each` is every row's own. Beside those
    arrays they load the row's constants, `columns` [rows, columns], from `COLUMNS`, and its element of every other
    array, with the index 0. Result i of `each` goes to the position `targets` [rows] of output i.
    """

    before: Program
    alike: Program
    each: Program
    key: tuple[tuple[str, int], ...]
    rows: np.ndarray
    columns: np.ndarray
    targets: np.ndarray

    @cached_property
    def arrays(self) -> frozenset[str]:
        """The arrays that its parts load from."""
        loads = {array.name for f in (self.before, self.alike, self.each) for array in f.inputs}
        return frozenset(loads.union(array for array, _ in self.key))

    @cached_property
    def digest(self) -> str:
        functions = [f.digest.encode() for f in (self.before, self.alike, self.each)]
        arrays = [a.tobytes() for a in (self.rows, self.columns, self.targets)]
        return _digest(*functions, repr((self.key, self.columns.shape)).encode(), *arrays)

    @classmethod
    def of(
        cls,
        formulas: Formulas,
        uniform: Sequence[str],
        columns: np.ndarray,
        rows: Sequence[int],
        targets: Sequence[int],
        likely: Mapping[str, np.ndarray],
    ) -> "RowLoop":
        """`formulas` load from the arrays `uniform`, which are the same for all rows, from `COLUMNS`, whose values
        [rows, columns] are given here, and from arrays with an element for each row, whose `likely` values decide which
        rows follow each other.
        """
        before, rest, columns = split_uniform(formulas, uniform, columns)
        key, alike, each = split_costly(rest)
        at, to = np.array(rows, dtype=np.int32), np.array(targets, dtype=np.int32)
        known = [columns[:, index] if array == COLUMNS else likely[array][at] for array, index in key]
        order = np.lexsort(known) if known else np.arange(len(at))
        return cls(before, alike, each, key, at[order], columns[order], to[order])


@dataclass(frozen=True, eq=False)
class Choice:
    """Among rows with a range each, the one whose range holds a value, else the nearest; the first of equals.

    The value is element `key` of a uniform array; `low` and `high` [choices, rows] are the ranges of the candidates,
    whose results stand at `candidates` [choices, rows] of each output and go to `targets` [choices].
    """

    key: tuple[str, int]
    low: np.ndarray
    high: np.ndarray
    candidates: np.ndarray
    targets: np.ndarray

    @cached_property
    def digest(self) -> str:
        arrays = [a.tobytes() for a in (self.low, self.high, self.candidates, self.targets)]
        return _digest(repr((self.key, self.low.shape)).encode(), *arrays)


@dataclass(frozen=True, eq=False)
class RowProgram:
    """Loops over the rows of the arrays `table`, then a choice among their results.

    `uniform` are the arrays that are the same for all rows. Each of `outputs` arrays has `length` elements.
    """

    uniform: tuple[Array, ...]
    table: tuple[Array, ...]
    loops: tuple[RowLoop, ...]
    choice: Choice | None
    outputs: int
    length: int

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each array of the table begins, when they follow each other."""
        starts = itertools.accumulate((a.length for a in self.table), initial=0)
        return dict(zip((a.name for a in self.table), starts, strict=False))

    @cached_property
    def digest(self) -> str:
        names = [(a.name, a.length) for a in (*self.uniform, *self.table)]
        parts = [loop.digest for loop in self.loops] + ([self.choice.digest] if self.choice else [])
        return _digest(repr((names, self.outputs, self.length, parts)).encode())


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
