"""Single operations on numbers, and the sums and products made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

CHAINS = 4
"""Independent parts of a long sum, so that its additions do not wait for one another."""


WORK, OUT = ".w", ".o"
"""The work space of a kernel, and its outputs."""


class Place(NamedTuple):
    """Element `index` of an array in memory: an input by its name, `WORK` or `OUT`."""

    array: str
    index: int


Operand: TypeAlias = str | Place


class Operation(NamedTuple):
    """`result` = `left` `kind` `right` with kind fadd, fsub or fmul; or `left` stored at the place `result`."""

    kind: str
    result: Operand
    left: Operand
    right: Operand | None = None
    comment: str = ""


@dataclass(frozen=True)
class Slots:
    """Where the work space keeps constants (the first is 0), and values and sums that outlive their chunk.

    `kept` are the values that later chunks read; the other names are sums that are carried on.
    """

    constants: tuple[float, ...]
    values: Mapping[str, int]
    kept: frozenset[str]

    def constant(self, value: float) -> Place:
        return Place(WORK, self.constants.index(value))

    def value(self, name: str) -> Place:
        return Place(WORK, self.values[name])

    def error(self, name: str) -> Place:
        """The rounding error of a sum that is carried on, where sums are compensated."""
        return Place(WORK, self.values[f"{name}.error"])


@dataclass(frozen=True)
class Total:
    """A sum so far: nothing, or a value, and where sums are compensated its rounding error."""

    value: Operand | None = None
    error: Operand | None = None


@dataclass
class Arithmetic:
    """A growing list of operations."""

    slots: Slots
    compensated: bool
    operations: list[Operation] = field(default_factory=list)

    def do(self, kind: str, left: Operand, right: Operand, comment: str = "") -> str:
        result = f".{len(self.operations)}"
        self.operations.append(Operation(kind, result, left, right, comment))
        return result

    def store(self, place: Place, value: Operand) -> None:
        self.operations.append(Operation("store", place, value))

    def product(self, factors: Sequence[Operand], comment: str = "") -> Operand:
        value = factors[0]
        for factor in factors[1:]:
            value = self.do("fmul", value, factor, comment)
            comment = ""
        return value

    def add(self, total: Total, coefficient: float, value: Operand) -> Total:
        """`total` + `coefficient` * `value`; 1 and 2 need no multiplication."""
        size = abs(coefficient)
        if size not in (1.0, 2.0):
            value, size = self.do("fmul", value, self.slots.constant(size)), 1.0
        for _ in range(int(size)):
            total = self._add(total, "fadd" if coefficient > 0 else "fsub", value)
        return total

    def add_all(self, total: Total, terms: Sequence[tuple[float, Operand]]) -> Total:
        """`total` + the terms, those with positive coefficients first: a sum need not start at 0."""
        terms = sorted(terms, key=lambda term: term[0] < 0)
        chains = 1 if self.compensated else max(1, min(CHAINS, len(terms) // CHAINS))
        parts = [total, *[Total()] * (chains - 1)]
        for number, (coefficient, value) in enumerate(terms):
            parts[number % chains] = self.add(parts[number % chains], coefficient, value)
        while len(parts) > 1:
            first, second, *rest = parts
            parts = [*rest, Total(self.do("fadd", first.value, second.value))]
        return parts[0]

    def value(self, total: Total) -> Operand:
        """The number that `total` stands for."""
        if total.value is None:
            return self.slots.constant(0.0)
        return total.value if total.error is None else self.do("fadd", total.value, total.error)

    def _add(self, total: Total, kind: str, value: Operand) -> Total:
        if total.value is None:
            if kind == "fadd":
                return replace(total, value=value)
            return replace(total, value=self.do("fsub", self.slots.constant(0.0), value))
        after = self.do(kind, total.value, value)
        if not self.compensated:
            return Total(after)
        return Total(after, self._error(total, kind, value, after))

    def _error(self, total: Total, kind: str, value: Operand, after: Operand) -> Operand:
        """The rounding error of an addition, exactly (Knuth's two-sum), added to the earlier ones."""
        moved = self.do("fsub", after, total.value)
        kept = self.do("fsub", after, moved)
        left = self.do("fsub", total.value, kept)
        right = self.do("fsub", value, moved) if kind == "fadd" else self.do("fadd", value, moved)
        error = self.do(kind, left, right)
        return error if total.error is None else self.do("fadd", total.error, error)
