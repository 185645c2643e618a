"""Functions of vectors as operations on scalars, each stored once."""

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

LOAD, NUMBER = "load", "number"

FOLDED: dict[str, Callable] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.true_divide, "pow": np.power, "neg": np.negative,
    "max": np.maximum, "min": np.minimum, "abs": np.abs, "sign": np.sign, "floor": np.floor, "ceil": np.ceil,
    "sqrt": np.sqrt, "cbrt": np.cbrt, "exp": np.exp, "exp2": np.exp2, "expm1": np.expm1, "log": np.log,
    "log1p": np.log1p, "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh,
    "tanh": np.tanh, "atan2": np.arctan2, "erf": math.erf, "is_finite": np.isfinite,
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "eq": np.equal, "ne": np.not_equal,
    "and": np.logical_and, "or": np.logical_or, "not": np.logical_not,
}  # fmt: skip
"""The operations, by the names of JAX's primitives, on numbers; truths are 1 and 0. `select` is another one."""

LIBRARY = (
    "atan2", "cbrt", "cos", "cosh", "erf", "exp", "exp2", "expm1", "log", "log1p", "pow", "sin", "sinh", "tan", "tanh",
)  # fmt: skip
"""Those that are functions of C's mathematical library, under the same names."""


@dataclass(frozen=True)
class ScalarFunction:
    """`operations` in order, each (name, operands), and the positions of the results.

    Operands are positions, of a LOAD the name of an input and an index, of a NUMBER its value.
    """

    operations: tuple[tuple[str, tuple], ...]
    results: tuple[int, ...]

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(repr((self.operations, self.results)).encode()).hexdigest()


@dataclass
class Scalars:
    """Operations in the order they were made; a value is the position of its operation."""

    operations: list[tuple[str, tuple]] = field(default_factory=list)
    numbers: dict[int, float] = field(default_factory=dict)
    _known: dict[tuple[str, tuple], int] = field(default_factory=dict)

    def load(self, array: str, index: int) -> int:
        return self._add(LOAD, (array, index))

    def number(self, value: float) -> int:
        position = self._add(NUMBER, (repr(float(value)),))
        self.numbers[position] = float(value)
        return position

    def apply(self, name: str, *operands: int) -> int:
        """An operation, without what adds nothing: numbers are folded, a product with the number 0 is 0."""
        values = [self.numbers.get(x) for x in operands]
        if name in FOLDED and None not in values:
            with np.errstate(all="ignore"):
                return self.number(FOLDED[name](*values))
        simple = self._simple(name, operands, values)
        if simple is not None:
            return simple
        return self._add(name, tuple(sorted(operands)) if name in ("add", "mul") else operands)

    def function(self, results: Iterable[int]) -> ScalarFunction:
        """Of what `results` need."""
        results = list(results)
        needed = set(results)
        for position in range(len(self.operations) - 1, -1, -1):
            name, operands = self.operations[position]
            if position in needed and name not in (LOAD, NUMBER):
                needed.update(operands)
        place = {old: new for new, old in enumerate(sorted(needed))}
        operations = []
        for old in place:
            name, operands = self.operations[old]
            moved = operands if name in (LOAD, NUMBER) else tuple(place[x] for x in operands)
            operations.append((name, moved))
        return ScalarFunction(tuple(operations), tuple(place[x] for x in results))

    def _simple(self, name: str, operands: Sequence[int], values: Sequence[float | None]) -> int | None:
        if name in ("add", "or") and 0.0 in values:
            return operands[1 - values.index(0.0)]
        if name in ("mul", "and") and 1.0 in values:
            return operands[1 - values.index(1.0)]
        if name in ("mul", "and") and 0.0 in values:
            return self.number(0.0)
        if name == "or" and 1.0 in values:
            return self.number(1.0)
        if (name == "sub" and values[1] == 0.0) or (name == "div" and values[1] == 1.0):
            return operands[0]
        if name == "div" and values[0] == 0.0:
            return self.number(0.0)
        if name == "sub" and values[0] == 0.0:
            return self.apply("neg", operands[1])
        if name == "select":
            _, yes, no = operands
            if values[0] is not None:
                return yes if values[0] else no
            return yes if yes == no else None
        return None

    def _add(self, name: str, operands: tuple) -> int:
        key = name, operands
        if key not in self._known:
            self._known[key] = len(self.operations)
            self.operations.append(key)
        return self._known[key]
