"""Formulas as lists of instructions, each of which is stored once."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from eqxfuse.errors import ExpressionError

MOST = 4000
"""Instructions of a formula."""

LEAVES = ("number", "constant", "field", "parameter", "density", "total")
"""Instructions whose argument is no other instruction."""
TRUTHS = ("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not")
_KEEP_SIGN = ("add", "mul", "div", "pow", "max")

Instruction = tuple


class Code(NamedTuple):
    """What rows of one law have in common: instructions, whose arguments stand before them, and which of them are the
    coefficient and the modifier (-1 where there is none). Numbers are taken out: `("number", i)` is the i-th of them.
    """

    instructions: tuple[Instruction, ...]
    coefficient: int
    modifier: int

    def leaves(self, kind: str) -> tuple[str, ...]:
        """What instructions of a kind load, in their order."""
        return tuple(args[0] for op, *args in self.instructions if op == kind)


class Builder:
    """Makes instructions; each is known by its position."""

    def __init__(self):
        self.instructions: list[Instruction] = []
        self.numbers: list[float] = []
        self._known: dict[Instruction, int] = {}
        self._positive: list[bool] = []
        self._dense: list[bool] = []
        self.guard: int | None = None
        """The condition under which alone what is made now is used."""

    def add(self, op: str, *args) -> int:
        instruction = (op, *args)
        if instruction not in self._known:
            if len(self.instructions) >= MOST:
                raise ExpressionError(f"the expression takes more than {MOST} operations, with its variables")
            self._known[instruction] = len(self.instructions)
            self.instructions.append(instruction)
            self._positive.append(self._is_positive(op, args))
            operands = () if op in LEAVES else args[:1] if op == "integer_pow" else args
            self._dense.append(op in ("density", "total") or any(self._dense[i] for i in operands))
        return self._known[instruction]

    def number(self, value: float) -> int:
        """A number of the formula's own; 0 is the same for all formulas."""
        if not value:
            return self.add("constant", 0.0)
        self.numbers.append(value)
        return self.add("number", len(self.numbers) - 1)

    def function(self, name: str, x: int) -> int:
        """Functions that are infinite or no numbers somewhere come in two forms; `any_` ones have finite slopes."""
        if name in ("log", "log10", "sqrt") and not self._positive[x]:
            return self.add(f"any_{name}", self._guarded(x))
        if name == "exp" and not self._falls(x):
            return self.add("any_exp", x)
        return self.add(name, x)

    def quotient(self, a: int, b: int) -> int:
        return self.add("div", a, b if self._positive[b] else self._guarded(b))

    def power(self, base: int, exponent: int) -> int:
        if self._positive[base]:
            return self.add("pow", base, exponent)
        return self.add("any_pow", self._guarded(base), exponent)

    def is_truth(self, x: int) -> bool:
        return self.instructions[x][0] in TRUTHS

    def code(self, root: int, reactants: Counter[str]) -> tuple[Code, tuple[float, ...], list[str]]:
        """The formula `root` as the `Code` of a law, its numbers, and what it was divided by.

        Factors that depend on densities make the modifier. Divisions by densities of `reactants` are left out.
        """
        divided: list[str] = []
        parts = {False: [], True: []}
        for x, inverse in self._factors(root, False):
            op, *args = self.instructions[x]
            if inverse and op == "density" and divided.count(args[0]) < reactants[args[0]]:
                divided.append(args[0])
            else:
                parts[self._dense[x]].append((x, inverse))
        roots = [self._product(own) for own in (parts[False], parts[True]) if own or own is parts[False]]
        return *self._canonical(roots), divided

    def _is_positive(self, op: str, args: tuple) -> bool:
        """Whether a value is well above zero for all temperatures, so that its logarithm is finite."""
        if op == "constant":
            return args[0] > 0
        if op == "number":
            return self.numbers[args[0]] > 0
        if op == "field":
            return args[0] in ("temperature", "density")
        if op in ("integer_pow", "sqrt"):
            return self._positive[args[0]]
        return op in _KEEP_SIGN and all(self._positive[i] for i in args)

    def _falls(self, x: int) -> bool:
        """Whether `x` is negative: minus something positive."""
        op, *args = self.instructions[x]
        if op in ("mul", "div"):
            return any(self._falls(a) and self._positive[b] for a, b in (args, args[::-1]))
        return op == "neg" and self._positive[args[0]]

    def _guarded(self, x: int) -> int:
        return x if self.guard is None else self.add("select", self.guard, x, self.add("constant", 1.0))

    def _factors(self, root: int, inverse: bool) -> Iterator[tuple[int, bool]]:
        """What is multiplied, and what is divided by, as far as densities are in it."""
        op, *args = self.instructions[root]
        if not self._dense[root] or op not in ("mul", "div", "neg"):
            yield root, inverse
            return
        if op == "neg":
            yield self.add("constant", -1.0), False
        yield from self._factors(args[0], inverse)
        if op != "neg":
            yield from self._factors(args[1], inverse != (op == "div"))

    def _product(self, factors: list[tuple[int, bool]]) -> int:
        product = None
        for x, inverse in sorted(factors, key=lambda factor: factor[1]):
            if product is None:
                product = self.add("div", self.add("constant", 1.0), x) if inverse else x
            else:
                product = self.add("div" if inverse else "mul", product, x)
        return self.add("constant", 1.0) if product is None else product

    def _canonical(self, roots: list[int]) -> tuple[Code, tuple[float, ...]]:
        """Without what nothing needs, numbered in the order of its use."""
        place: dict[int, int] = {}
        instructions: list[Instruction] = []
        numbers: list[float] = []
        waiting = roots[::-1]
        while waiting:
            x = waiting[-1]
            op, *args = self.instructions[x]
            operands = () if op in LEAVES else args[:1] if op == "integer_pow" else args
            missing = [i for i in operands if i not in place]
            if x not in place and missing:
                waiting += missing[::-1]
                continue
            waiting.pop()
            if x in place:
                continue
            place[x] = len(instructions)
            if op == "number":
                numbers.append(self.numbers[args[0]])
                instructions.append((op, len(numbers) - 1))
            else:
                rest = args[len(operands) :]
                instructions.append((op, *(place[i] for i in operands), *rest))
        modifier = place[roots[1]] if len(roots) > 1 else -1
        return Code(tuple(instructions), place[roots[0]], modifier), tuple(numbers)
