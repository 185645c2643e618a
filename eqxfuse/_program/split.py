"""Expressions cut into parts that need not be computed for every row of a table."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from eqxfuse._program.expressions import LOAD, NUMBER, Expressions, Node, evaluated
from eqxfuse._program.functions import LIBRARY
from eqxfuse._program.ir import Load, Program

BEFORE, ALIKE, COLUMNS = "before", "alike", "columns"
"""Arrays that parts load from: results of what is the same for all rows, and for rows that are alike, and constants of
a row's own."""

Formulas = tuple[Expressions, Sequence[int]]
"""Expressions, and those of them that are results."""


def split_uniform(
    formulas: Formulas, uniform: Sequence[str], columns: np.ndarray
) -> tuple[Program, Formulas, np.ndarray]:
    """What depends on the arrays `uniform` alone, and the rest, which loads the results of that from `BEFORE`.

    What is computed from `COLUMNS` [rows, columns] alone is computed here: the rest loads it from the columns that are
    returned. A division by what is the same for all rows becomes a multiplication.
    """
    return _Uniform(frozenset(uniform), columns).parts(formulas)


def split_costly(formulas: Formulas) -> tuple[tuple[tuple[str, int], ...], Program, Program]:
    """What functions of the mathematical library depend on (array, index), all that depends on nothing else, and the
    rest, which loads the results of that from `ALIKE`.
    """
    expressions, results = formulas
    order = sorted(expressions.reached(results))
    loads: dict[int, frozenset] = {}
    for x in order:
        node = expressions.nodes[x]
        own = frozenset([_at(node)]) if node.name == LOAD and _at(node)[0] != BEFORE else frozenset()
        loads[x] = own.union(*(loads[i] for i in node.operands))
    key: frozenset = frozenset().union(*(loads[x] for x in order if expressions.nodes[x].name in LIBRARY))
    alike, each, handed = Expressions(), Expressions(), []
    whole: dict[int, int] = {}  # everything, in `alike`, which keeps what is handed on
    own_part: dict[int, int] = {}

    def in_each(x: int) -> int:
        return own_part[x] if x in own_part else each.load(ALIKE, _place(handed, whole[x]))

    for x in order:
        node = expressions.nodes[x]
        if node.name in (LOAD, NUMBER):
            whole[x], own_part[x] = (_leaf(to, node, expressions.numbers.get(x)) for to in (alike, each))
            continue
        whole[x] = alike.apply(node.name, *(whole[i] for i in node.operands), table=node.table)
        if not loads[x] or not loads[x] <= key:
            own_part[x] = each.apply(node.name, *map(in_each, node.operands), table=node.table)
    rest = [in_each(position) for position in results]
    return tuple(sorted(key)), alike.program("alike", handed), each.program("each", rest)


def _at(node: Node) -> tuple[str, int]:
    assert isinstance(node.leaf, Load)
    return node.leaf.array, node.leaf.index


def _leaf(to: Expressions, node: Node, number: float | None) -> int:
    return to.load(*_at(node)) if number is None else to.number(number)


def _place(found: list[int], value: int) -> int:
    """Where `value` stands in the list; at its end, if it is new."""
    if value not in found:
        found.append(value)
    return found.index(value)


class _Uniform:
    """Sorts expressions by what they depend on; a value is (kind, what stands for it)."""

    def __init__(self, uniform: frozenset[str], columns: np.ndarray):
        self.uniform = uniform
        self.columns: list[np.ndarray] = []
        self._given = columns
        self._before, self._each = Expressions(), Expressions()
        self._handed: list[int] = []

    def parts(self, formulas: Formulas) -> tuple[Program, Formulas, np.ndarray]:
        expressions, results = formulas
        values: dict[int, tuple] = {}
        for x in sorted(expressions.reached(results)):
            node = expressions.nodes[x]
            if node.name == LOAD:
                values[x] = self._load(*_at(node))
            elif node.name == NUMBER:
                values[x] = NUMBER, expressions.numbers[x]
            else:
                values[x] = self._apply(node.name, [values[i] for i in node.operands], node.table)
        rest = [self._in_each(values[position]) for position in results]
        columns = np.stack(self.columns, axis=1) if self.columns else self._given[:, :0]
        return self._before.program("before", self._handed), (self._each, rest), columns

    def _load(self, array: str, index: int) -> tuple:
        if array in self.uniform:
            return BEFORE, self._before.load(array, index)
        if array == COLUMNS:
            return COLUMNS, self._given[:, index]
        return LOAD, self._each.load(array, index)

    def _apply(self, name: str, values: list[tuple], table: tuple[float, ...] = ()) -> tuple:
        kinds = {kind for kind, _ in values}
        if kinds <= {NUMBER, COLUMNS}:
            arguments = np.broadcast_arrays(*(np.asarray(value, float) for _, value in values))
            return COLUMNS, np.broadcast_to(evaluated(name, arguments, table), len(self._given))
        if kinds <= {NUMBER, BEFORE}:
            return BEFORE, self._before.apply(name, *map(self._in_before, values), table=table)
        if name == "div" and values[1][0] == BEFORE:
            inverse = self._apply("div", [(NUMBER, 1.0), values[1]])
            return self._apply("mul", [values[0], inverse])
        if name in ("max", "min") and kinds & {NUMBER, COLUMNS}:
            return self._limited(name, values)
        if name == "clip" and {values[1][0], values[2][0]} <= {NUMBER, COLUMNS}:
            return self._limited("min", [self._limited("max", values[:2]), values[2]])
        return LOAD, self._each.apply(name, *map(self._in_each, values), table=table)

    def _limited(self, name: str, values: list[tuple]) -> tuple:
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

    def _column(self, values: Any) -> int:
        """The number that they all are, or a column of them."""
        if np.all(values == values.flat[0]):
            return self._each.number(float(values.flat[0]))
        known = [i for i, column in enumerate(self.columns) if np.array_equal(column, values)]
        if not known:
            self.columns.append(values)
        return self._each.load(COLUMNS, known[0] if known else len(self.columns) - 1)
