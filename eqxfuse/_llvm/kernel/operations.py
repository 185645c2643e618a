"""Single operations on numbers, and the sums and products made of them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

CHAINS = 4
"""Independent parts of a long sum, so that its additions do not wait for one another."""

WORK, OUT = ".w", ".o"
"""The work space of a kernel, and its outputs."""

Place: TypeAlias = tuple[str, int]
"""An element of an array in memory: of an input, by its name, of `WORK` or of `OUT`."""

Operand: TypeAlias = int | Place
"""The result of the operation with that number, or what a place holds."""

Operation: TypeAlias = tuple[str, tuple[Operand, ...], Place | None, str]
"""Kind (fadd, fsub, fmul, fdiv, or "call" and its number), operands, no place, comment; or "store", a value, its place,
comment."""


Called: TypeAlias = tuple[str, int, tuple[float, ...]]
"""A function by its name, how many arguments it takes here, and its table."""


class Slots(NamedTuple):
    """Where the work space keeps constants (the first is 0), and values and sums that outlive their chunk.

    `kept` are the values that later chunks read; the other names are sums that are carried on. `calls` numbers the
    functions that are called.
    """

    constants: Mapping[str, int]
    values: Mapping[str, int]
    kept: frozenset[str]
    calls: Mapping[Called, int]

    def constant(self, value: float) -> Place:
        return (WORK, self.constants[repr(value)])

    def value(self, name: str) -> Place:
        return (WORK, self.values[name])

    def error(self, name: str) -> Place:
        """The rounding error of a sum that is carried on, where sums are compensated."""
        return (WORK, self.values[f"{name}.error"])


class Total(NamedTuple):
    """A sum so far: nothing, or a value, and where sums are compensated its rounding error."""

    value: Operand | None = None
    error: Operand | None = None


class Arithmetic:
    """A growing list of operations."""

    def __init__(self, slots: Slots, compensated: bool):
        self.slots, self.compensated = slots, compensated
        self.operations: list[Operation] = []

    def do(self, kind: str, left: Operand, right: Operand, comment: str = "") -> int:
        """Append an operation; its number stands for the result."""
        self.operations.append((kind, (left, right), None, comment))
        return len(self.operations) - 1

    def call(self, called: Called, arguments: Sequence[Operand], comment: str = "") -> int:
        """Append the call of a function; its number stands for the result."""
        if called[0] == "div":
            return self.do("fdiv", arguments[0], arguments[1], comment)
        self.operations.append((f"call{self.slots.calls[called]}", tuple(arguments), None, comment))
        return len(self.operations) - 1

    def store(self, place: Place, value: Operand, comment: str = "") -> None:
        self.operations.append(("store", (value,), place, comment))

    def product(self, factors: Sequence[Operand], comment: str = "") -> Operand:
        value = factors[0]
        for factor in factors[1:]:
            value = self.do("fmul", value, factor, comment)
            comment = ""
        return value

    def add(self, total: Total, coefficient: float, value: Operand) -> Total:
        """`total` + `coefficient` * `value`; 1 and 2 need no multiplication."""
        kind, size = ("fadd", coefficient) if coefficient > 0 else ("fsub", -coefficient)
        if size == 1:
            return self._add(total, kind, value)
        if size == 2:
            return self._add(self._add(total, kind, value), kind, value)
        return self._add(total, kind, self.do("fmul", value, self.slots.constant(size)))

    def add_all(self, total: Total, terms: Sequence[tuple[float, Operand]]) -> Total:
        """`total` + the terms, those with positive coefficients first: a sum need not start at 0."""
        terms = [*(t for t in terms if t[0] > 0), *(t for t in terms if t[0] <= 0)]
        chains = 1 if self.compensated else max(1, min(CHAINS, len(terms) // CHAINS))
        parts = [total, *[Total()] * (chains - 1)]
        for number, (coefficient, value) in enumerate(terms):
            parts[number % chains] = self.add(parts[number % chains], coefficient, value)
        while len(parts) > 1:
            parts = [*parts[2:], self.add(parts[0], 1.0, self.value(parts[1]))]
        return parts[0]

    def value(self, total: Total) -> Operand:
        """The number that `total` stands for."""
        if total.value is None:
            return self.slots.constant(0.0)
        return total.value if total.error is None else self.do("fadd", total.value, total.error)

    def _add(self, total: Total, kind: str, value: Operand) -> Total:
        if total.value is None:
            start = value if kind == "fadd" else self.do("fsub", self.slots.constant(0.0), value)
            return Total(start, total.error)
        after = self.do(kind, total.value, value)
        if not self.compensated:
            return Total(after)
        error = self._error(kind, total.value, value, after)
        return Total(after, error if total.error is None else self.do("fadd", total.error, error))

    def _error(self, kind: str, before: Operand, value: Operand, after: int) -> int:
        """The rounding error of an addition, exactly (Knuth's two-sum)."""
        moved = self.do("fsub", after, before)
        kept = self.do("fsub", after, moved)
        left = self.do("fsub", before, kept)
        right = self.do("fsub", value, moved) if kind == "fadd" else self.do("fadd", value, moved)
        return self.do(kind, left, right)
