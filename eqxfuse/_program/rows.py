"""Functions of scalars that are evaluated for every row of a table."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from eqxfuse._program.ir import Array
from eqxfuse._program.scalars import FOLDED, LOAD, NUMBER, ScalarFunction, Scalars

BEFORE, COLUMNS = "before", "columns"
"""What the arithmetic of a row loads from: results of what is the same for all rows, and constants of its own."""


@dataclass(frozen=True, eq=False)
class RowLoop:
    """One function for the rows `rows` of a table.

    `before` is computed once. `each` is computed for every row: it loads results of `before` from the array `BEFORE`,
    the row's own `columns` [rows, columns] from `COLUMNS`, and its own element of every other array, with the index 0.
    Its results go to the position `targets` [rows] of one output each.
    """

    before: ScalarFunction
    each: ScalarFunction
    rows: np.ndarray
    columns: np.ndarray
    targets: np.ndarray

    @cached_property
    def digest(self) -> str:
        arrays = [a.tobytes() for a in (self.rows, self.columns, self.targets)]
        return _digest(self.before.digest.encode(), self.each.digest.encode(), *arrays)

    @classmethod
    def of(
        cls,
        function: ScalarFunction,
        uniform: Sequence[str],
        columns: np.ndarray,
        rows: Sequence[int],
        targets: Sequence[int],
    ) -> "RowLoop":
        """`function` loads from the arrays `uniform`, which are the same for all rows, from `COLUMNS`, whose values
        are given here, and from arrays with an element for each row.
        """
        split = _Split(frozenset(uniform), columns)
        before, each = split.parts(function)
        values = np.stack(split.columns, axis=1) if split.columns else np.zeros((len(rows), 0))
        return cls(before, each, np.array(rows, dtype=np.int32), values, np.array(targets, dtype=np.int32))


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
    def digest(self) -> str:
        names = [(a.name, a.length) for a in (*self.uniform, *self.table)]
        parts = [loop.digest for loop in self.loops] + ([self.choice.digest] if self.choice else [])
        return _digest(repr((names, self.outputs, self.length, parts)).encode())


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


class _Split:
    """Sorts the operations of a function by what they depend on; a value is (kind, what stands for it).

    Of numbers and columns alone, they are computed here and now.
    """

    def __init__(self, uniform: frozenset[str], columns: np.ndarray):
        self.uniform = uniform
        self.columns: list[np.ndarray] = []
        self._given = columns
        self._before, self._each = Scalars(), Scalars()
        self._handed: list[int] = []

    def parts(self, function: ScalarFunction) -> tuple[ScalarFunction, ScalarFunction]:
        values: list[tuple] = []
        for name, operands in function.operations:
            if name == LOAD:
                values.append(self._load(*operands))
            elif name == NUMBER:
                values.append((NUMBER, float(operands[0])))
            else:
                values.append(self._apply(name, [values[x] for x in operands]))
        results = [self._in_each(values[position]) for position in function.results]
        return self._before.function(self._handed), self._each.function(results)

    def _load(self, array: str, index: int) -> tuple:
        if array in self.uniform:
            return BEFORE, self._before.load(array, index)
        if array == COLUMNS:
            return COLUMNS, self._given[:, index]
        return LOAD, self._each.load(array, index)

    def _apply(self, name: str, values: list[tuple]) -> tuple:
        kinds = {kind for kind, _ in values}
        if kinds <= {NUMBER, COLUMNS} and isinstance(FOLDED.get(name), np.ufunc):
            with np.errstate(all="ignore"):
                return COLUMNS, np.asarray(FOLDED[name](*(value for _, value in values)), float)
        if kinds <= {NUMBER, BEFORE}:
            return BEFORE, self._before.apply(name, *map(self._in_before, values))
        if name == "div" and values[1][0] == BEFORE:
            inverse = self._apply(name, [(NUMBER, 1.0), values[1]])
            return self._apply("mul", [values[0], inverse])
        if name in ("max", "min") and kinds & {NUMBER, COLUMNS}:
            return self._clipped(name, values)
        return LOAD, self._each.apply(name, *map(self._in_each, values))

    def _clipped(self, name: str, values: list[tuple]) -> tuple:
        """A comparison with a constant, which is no NaN, is cheaper than the functions that look for one."""
        limit, other = sorted(values, key=lambda value: value[0] not in (NUMBER, COLUMNS))
        beyond = self._apply("lt" if name == "max" else "gt", [other, limit])
        return self._apply("select", [beyond, limit, other])

    def _in_before(self, value: tuple) -> int:
        kind, what = value
        return self._before.number(what) if kind == NUMBER else what

    def _in_each(self, value: tuple) -> int:
        kind, what = value
        if kind == NUMBER:
            return self._each.number(what)
        if kind == BEFORE:
            return self._each.load(BEFORE, _place(self._handed, what))
        if kind == COLUMNS:
            return self._column(what)
        return what

    def _column(self, values: np.ndarray) -> int:
        """The number that they all are, or a column of them."""
        if np.all(values == values.flat[0]):
            return self._each.number(float(values.flat[0]))
        known = [i for i, column in enumerate(self.columns) if np.array_equal(column, values)]
        if not known:
            self.columns.append(values)
        return self._each.load(COLUMNS, known[0] if known else len(self.columns) - 1)


def _place(found: list[int], value: int) -> int:
    """Where `value` stands in the list; at its end, if it is new."""
    if value not in found:
        found.append(value)
    return found.index(value)

