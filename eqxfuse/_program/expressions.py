"""Expressions that grow, each stored once, so that what several formulas share is computed once."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np

from eqxfuse._program.functions import FUNCTIONS, TRUTHS
from eqxfuse._program.ir import Array, Atom, Call, Expression, Load, Number, Product, Program, Ref, Statement, Sum

LOAD, NUMBER = "load", "number"

ARITHMETIC: dict[str, Callable] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "neg": np.negative, "integer_pow": np.power,
}  # fmt: skip
"""What becomes sums and products of a program."""


@dataclass(frozen=True, slots=True)
class Node:
    """`name` is LOAD, NUMBER, or that of an operation of `ARITHMETIC` or `FUNCTIONS` on earlier nodes."""

    name: str
    operands: tuple[int, ...] = ()
    table: tuple[float, ...] = ()
    leaf: Load | str | None = None


@dataclass
class Expressions:
    """Nodes in the order they were made; an expression is its position in `nodes`.

    What adds nothing is left out: operations on numbers are done, a product with the number 0 is 0. Text for people is
    `readable`: products of numbers stand as they are, and powers and exponentials of different reactions are made so
    that they can be shared, which may change the last digit.
    """

    readable: bool = False
    nodes: list[Node] = field(default_factory=list)
    numbers: dict[int, float] = field(default_factory=dict)
    _known: dict[Node, int] = field(default_factory=dict)

    def load(self, array: str, index: int) -> int:
        return self._add(Node(LOAD, leaf=Load(array, index)))

    def number(self, value: float) -> int:
        position = self._add(Node(NUMBER, leaf=repr(float(value))))
        self.numbers[position] = float(value)
        return position

    def apply(self, name: str, *operands: int, table: tuple[float, ...] = ()) -> int:
        """An operation, or what is simpler and the same."""
        values = [self.numbers.get(x) for x in operands]
        if None not in values and not (self.readable and name == "mul"):
            return self.number(float(evaluated(name, [np.asarray(v, float) for v in values], table)))
        rule = _RULES.get(name)
        simple = rule(self, operands, values) if rule else None
        if simple is not None:
            return simple
        if name in ("add", "mul") and not self.readable:
            operands = tuple(sorted(operands))
        return self._add(Node(name, operands, table))

    def total(self, terms: Sequence[int]) -> int:
        """The sum of `terms`, from left to right."""
        return reduce(lambda a, b: self.apply("add", a, b), terms) if terms else self.number(0.0)

    def truth(self, x: int) -> bool:
        """Whether the values of `x` are 1 and 0."""
        return self.nodes[x].name in TRUTHS or self.numbers.get(x) in (0.0, 1.0)

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

    def program(self, name: str, results: Sequence[int]) -> Program:
        """What `results` need, as a program whose inputs are as long as it reads them."""
        lengths: dict[str, int] = {}
        atoms: dict[int, Atom] = {}
        statements = []
        for position in sorted(self.reached(results)):
            node = self.nodes[position]
            if position in self.numbers:
                atoms[position] = Number(self.numbers[position])
            elif isinstance(node.leaf, Load):
                atoms[position] = node.leaf
                lengths[node.leaf.array] = max(lengths.get(node.leaf.array, 0), node.leaf.index + 1)
            else:
                statements.append(Statement(f"v{position}", _expression(node, [atoms[x] for x in node.operands])))
                atoms[position] = Ref(f"v{position}")
        inputs = tuple(Array(array, lengths[array]) for array in sorted(lengths))
        return Program(name, inputs, tuple(statements), tuple(atoms[x] for x in results))

    def _add(self, node: Node) -> int:
        if node not in self._known:
            self._known[node] = len(self.nodes)
            self.nodes.append(node)
        return self._known[node]


def evaluated(name: str, arguments: Sequence[np.ndarray], table: tuple[float, ...] = ()) -> np.ndarray:
    """An operation on arrays of numbers."""
    with np.errstate(all="ignore"):
        if name in ARITHMETIC:
            return ARITHMETIC[name](*arguments)
        function = FUNCTIONS[name]
        return function.evaluate(*arguments, table=table) if table else function.evaluate(*arguments)


def _expression(node: Node, atoms: Sequence[Atom]) -> Expression:
    match node.name:
        case "add":
            return Sum(((1.0, atoms[0]), (1.0, atoms[1])))
        case "sub":
            return Sum(((1.0, atoms[0]), (-1.0, atoms[1])))
        case "neg":
            return Sum(((-1.0, atoms[0]),))
        case "mul":
            number, other = (atoms if isinstance(atoms[0], Number) else atoms[::-1])[:2]
            return Sum(((number.value, other),)) if isinstance(number, Number) else Product(tuple(atoms))
        case "integer_pow":
            return Product((atoms[0],) * int(atoms[1].value))  # pyright: ignore[reportAttributeAccessIssue]
    return Call(node.name, tuple(atoms), node.table)


def _sum(x: Expressions, operands, values) -> int | None:
    """a + (-2) * b becomes a - 2 * b."""
    if 0.0 in values:
        return operands[1 - values.index(0.0)]
    opposite = _opposite(x, operands[1])
    return None if opposite is None else x.apply("sub", operands[0], opposite)


def _difference(x: Expressions, operands, values) -> int | None:
    """a - (-2) * b becomes a + 2 * b."""
    if values[1] == 0.0:
        return operands[0]
    if values[0] == 0.0:
        return x.apply("neg", operands[1])
    opposite = _opposite(x, operands[1])
    return None if opposite is None else x.apply("add", operands[0], opposite)


def _opposite(x: Expressions, position: int) -> int | None:
    """Without the sign, where it is c * z, c / z or c with a negative number c."""
    node = x.nodes[position]
    first = node.operands[0] if node.name in ("mul", "div") else position
    return x.apply("neg", position) if x.numbers.get(first, 0.0) < 0.0 else None


def _product(x: Expressions, operands, values) -> int | None:
    """Numbers stand first; in text, a * (power * b) becomes a * power * b."""
    if 0.0 in values:
        return x.number(0.0)
    if 1.0 in values:
        return operands[1 - values.index(1.0)]
    if values[1] is not None and values[0] is None:
        return x.apply("mul", operands[1], operands[0])
    inner = x.nodes[operands[1]]
    if x.readable and inner.name == "mul" and _is_power(x, inner.operands[0]):
        return x.apply("mul", x.apply("mul", operands[0], inner.operands[0]), inner.operands[1])
    return None


def _quotient(x: Expressions, operands, values) -> int | None:
    if values[0] == 0.0:
        return x.number(0.0)
    return operands[0] if values[1] == 1.0 else None


def _negation(x: Expressions, operands, values) -> int | None:
    """The sign of c * z and c / z goes into the number c."""
    del values
    node = x.nodes[operands[0]]
    if node.name == "neg":
        return node.operands[0]
    if node.name in ("mul", "div") and node.operands[0] in x.numbers:
        return x.apply(node.name, x.number(-x.numbers[node.operands[0]]), node.operands[1])
    return None


def _integer_power(x: Expressions, operands, values) -> int | None:
    if values[1] == 1.0:
        return operands[0]
    if values[1] == 0.0:
        return x.number(1.0)
    if values[1] < 0.0:
        return x.apply("div", x.number(1.0), x.apply("integer_pow", operands[0], x.number(-values[1])))
    return None


def _exponential(x: Expressions, operands, values) -> int | None:
    """exp(b log(u) - c/v), the modified Arrhenius law, is a power times an exponential: both can be shared."""
    del values
    node = x.nodes[operands[0]]
    if not x.readable:
        return None
    if node.name == "log":
        return node.operands[0]
    if node.name not in ("add", "sub") or not _is_logarithm(x, node.operands[0]):
        return None
    power, rest = node.operands
    quotient = x.nodes[rest]
    if quotient.name != "div" or quotient.operands[0] not in x.numbers:
        return None
    rest = x.apply("neg", rest) if node.name == "sub" else rest
    return x.apply("mul", x.apply("exp", power), x.apply("exp", rest))


def _minimum(x: Expressions, operands, values) -> int | None:
    """min(high, max(low, z)) with numbers is how JAX writes `jnp.clip`."""
    for high, other in (operands, operands[::-1]):
        inner = x.nodes[other]
        if high in x.numbers and inner.name == "max":
            for low, z in (inner.operands, inner.operands[::-1]):
                if low in x.numbers and x.numbers[low] <= x.numbers[high]:
                    return x.apply("clip", z, low, high)
    return None


def _clip(x: Expressions, operands, values) -> int | None:
    return operands[0] if values[1] == -math.inf and values[2] == math.inf else None


def _and(x: Expressions, operands, values) -> int | None:
    return _logic(x, operands, values, nothing=1.0, everything=0.0)


def _or(x: Expressions, operands, values) -> int | None:
    return _logic(x, operands, values, nothing=0.0, everything=1.0)


def _logic(x: Expressions, operands, values, nothing: float, everything: float) -> int | None:
    if everything in values:
        return x.number(everything)
    if nothing in values and x.truth(operands[1 - values.index(nothing)]):
        return operands[1 - values.index(nothing)]
    return None


def _select(x: Expressions, operands, values) -> int | None:
    condition, yes, no = operands
    if values[0] is not None:
        return yes if values[0] else no
    if yes == no:
        return yes
    return condition if (values[1], values[2]) == (1.0, 0.0) and x.truth(condition) and not x.readable else None


def _is_power(x: Expressions, position: int) -> bool:
    """Whether it is exp(b log(u)) with a number b."""
    node = x.nodes[position]
    return node.name == "exp" and _is_logarithm(x, node.operands[0])


def _is_logarithm(x: Expressions, position: int) -> bool:
    """Whether it is log(u) or b log(u) with a number b."""
    node = x.nodes[position]
    if node.name == "mul" and node.operands[0] in x.numbers:
        node = x.nodes[node.operands[1]]
    return node.name == "log"


_RULES: dict[str, Callable[[Expressions, tuple[int, ...], list], int | None]] = {
    "add": _sum, "sub": _difference, "mul": _product, "div": _quotient, "neg": _negation,
    "integer_pow": _integer_power, "exp": _exponential, "min": _minimum, "clip": _clip, "and": _and, "or": _or,
    "select": _select,
}  # fmt: skip
"""Each takes the operands and their values (None where not a number), and gives something simpler or None."""
