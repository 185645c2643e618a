"""Scalar expressions, each stored once, so that what several formulas share is computed once."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from eqxfuse._python.literal.rules import FOLDED, RULES

CALL = 9
"""Level of names, calls and numbers without a sign: they never need parentheses."""
LEVEL = {"<": 1, "<=": 1, ">": 1, ">=": 1, "==": 1, "!=": 1, "|": 2, "&": 3, "+": 4, "-": 4, "*": 5, "/": 5, "**": 7}
"""How tightly Python's operators bind."""
SIGN = 6


@dataclass(frozen=True, slots=True)
class Node:
    """`form` is an operator of `LEVEL`, a template with a `{}` for each operand, or the text of a leaf."""

    form: str
    operands: tuple[int, ...] = ()


@dataclass
class Graph:
    """Nodes in the order they were made; an expression is its position in `nodes`.

    `numbers` holds the values of leaves that are numbers, `symbols` the leaves that are names, and `tables` the
    constant arrays by name.
    """

    nodes: list[Node] = field(default_factory=list)
    numbers: dict[int, float] = field(default_factory=dict)
    symbols: set[int] = field(default_factory=set)
    tables: dict[str, np.ndarray] = field(default_factory=dict)
    _known: dict[Node, int] = field(default_factory=dict)

    def number(self, value: float) -> int:
        value = float(value)
        text = repr(value) if math.isfinite(value) else f"jnp.{value}".replace("jnp.-", "-jnp.")
        node = self.leaf(text)
        self.numbers[node] = value
        return node

    def symbol(self, name: str) -> int:
        node = self.leaf(name)
        self.symbols.add(node)
        return node

    def leaf(self, text: str) -> int:
        return self._add(Node(text))

    def table(self, values: np.ndarray) -> int:
        """A constant array, in the dtype of the conditions."""
        for name, known in self.tables.items():
            if np.array_equal(known, values):
                return self.leaf(_array(name))
        name = f"TABLE_{len(self.tables)}"
        self.tables[name] = values
        return self.leaf(_array(name))

    def apply(self, form: str, *operands: int) -> int:
        """`form` of `operands`, without what adds nothing: zeros added, ones multiplied, operations on numbers."""
        values = [self.numbers.get(x) for x in operands]
        if form in FOLDED and None not in values:
            try:
                return self.number(FOLDED[form](*values))
            except (ValueError, ArithmeticError):
                pass
        rule = RULES.get(form)
        simple = rule(self, operands, values) if rule else None
        return self.plain(form, *operands) if simple is None else simple

    def plain(self, form: str, *operands: int) -> int:
        """`form` of `operands` as it stands."""
        return self._add(Node(form, operands))

    def reached(self, roots: Iterable[int]) -> set[int]:
        """`roots` and all that they use."""
        reached: set[int] = set()
        waiting = list(roots)
        while waiting:
            node = waiting.pop()
            if node not in reached:
                reached.add(node)
                waiting += self.nodes[node].operands
        return reached

    def _add(self, node: Node) -> int:
        if node not in self._known:
            self._known[node] = len(self.nodes)
            self.nodes.append(node)
        return self._known[node]


def _array(name: str) -> str:
    return f"jnp.array({name}, args.temperature.dtype)"
