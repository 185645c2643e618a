"""Functions of scalars cut into parts that need not be computed for every row of a table."""

from collections.abc import Sequence

import numpy as np

from eqxfuse._program.scalars import FOLDED, LIBRARY, LOAD, NUMBER, ScalarFunction, Scalars

BEFORE, ALIKE, COLUMNS = "before", "alike", "columns"
"""Arrays that parts load from: results of what is the same for all rows, and for rows that are alike, and constants of
a row's own."""


def split_uniform(
    function: ScalarFunction, uniform: Sequence[str], columns: np.ndarray
) -> tuple[ScalarFunction, ScalarFunction, np.ndarray]:
    """What depends on the arrays `uniform` alone, and the rest, which loads the results of that from `BEFORE`.

    What `function` computes from `COLUMNS` [rows, columns] alone is computed here: the rest loads it from the columns
    that are returned. A division by what is the same for all rows becomes a multiplication.
    """
    return _Uniform(frozenset(uniform), columns).parts(function)


def split_costly(function: ScalarFunction) -> tuple[tuple[tuple[str, int], ...], ScalarFunction, ScalarFunction]:
    """What functions of the mathematical library depend on (array, index), all that depends on nothing else, and the
    rest, which loads the results of that from `ALIKE`.
    """
    loads: list[frozenset] = []
    for name, operands in function.operations:
        own = frozenset([operands]) if name == LOAD and operands[0] != BEFORE else frozenset()
        depends = () if name in (LOAD, NUMBER) else (loads[x] for x in operands)
        loads.append(own.union(*depends))
    costly = [own for (name, _), own in zip(function.operations, loads, strict=True) if name in LIBRARY]
    key = frozenset().union(*costly)
    alike, each, handed = Scalars(), Scalars(), []
    whole: list[int] = []  # everything, in `alike`, which keeps what is handed on
    own_part: dict[int, int] = {}

    def in_each(x: int) -> int:
        return own_part[x] if x in own_part else each.load(ALIKE, _place(handed, whole[x]))

    for x, ((name, operands), own) in enumerate(zip(function.operations, loads, strict=True)):
        if name in (LOAD, NUMBER):
            whole.append(_leaf(alike, name, operands))
            own_part[x] = _leaf(each, name, operands)
            continue
        whole.append(alike.apply(name, *(whole[i] for i in operands)))
        if not own or not own <= key:
            own_part[x] = each.apply(name, *map(in_each, operands))
    results = [in_each(position) for position in function.results]
    return tuple(sorted(key)), alike.function(handed), each.function(results)


def _leaf(scalars: Scalars, name: str, operands: tuple) -> int:
    return scalars.load(*operands) if name == LOAD else scalars.number(float(operands[0]))


def _place(found: list[int], value: int) -> int:
    """Where `value` stands in the list; at its end, if it is new."""
    if value not in found:
        found.append(value)
    return found.index(value)


class _Uniform:
    """Sorts the operations of a function by what they depend on; a value is (kind, what stands for it)."""

    def __init__(self, uniform: frozenset[str], columns: np.ndarray):
        self.uniform = uniform
        self.columns: list[np.ndarray] = []
        self._given = columns
        self._before, self._each = Scalars(), Scalars()
        self._handed: list[int] = []

    def parts(self, function: ScalarFunction) -> tuple[ScalarFunction, ScalarFunction, np.ndarray]:
        values: list[tuple] = []
        for name, operands in function.operations:
            if name == LOAD:
                values.append(self._load(*operands))
            elif name == NUMBER:
                values.append((NUMBER, float(operands[0])))
            else:
                values.append(self._apply(name, [values[x] for x in operands]))
        results = [self._in_each(values[position]) for position in function.results]
        columns = np.stack(self.columns, axis=1) if self.columns else self._given[:, :0]
        return self._before.function(self._handed), self._each.function(results), columns

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
        return self._column(what) if kind == COLUMNS else what

    def _column(self, values: np.ndarray) -> int:
        """The number that they all are, or a column of them."""
        if np.all(values == values.flat[0]):
            return self._each.number(float(values.flat[0]))
        known = [i for i, column in enumerate(self.columns) if np.array_equal(column, values)]
        if not known:
            self.columns.append(values)
        return self._each.load(COLUMNS, known[0] if known else len(self.columns) - 1)
