"""A program of any functions as array operations: what does not wait for one another is computed together."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jax import lax

from eqxfuse._kernels.summation import SummationTree
from eqxfuse._program.ir import Atom, Call, Load, Number, Product, Program, Ref, Sum, operands
from eqxfuse._program.one_line import OneLine


@dataclass(frozen=True, repr=False)
class Level(OneLine):
    """Values in order: products by the number of their factors, calls by their function, and sums.

    Positions are those of earlier values; sums lie behind all others of their level.
    """

    products: tuple[np.ndarray, ...]  # each [products, factors]
    calls: tuple[tuple[str, tuple[float, ...], np.ndarray], ...]  # each with [calls, arguments]
    sums: SummationTree | None

    def __call__(self, values, compensated: bool):
        parts = [jnp.prod(values[at], axis=1) for at in self.products]
        parts += [evaluated(name, table, list(values[at.T])) for name, table, at in self.calls]
        if self.sums is not None:
            parts.append(self.sums(values, compensated))
        return jnp.concatenate(parts)


class Levels:
    """`levels(*inputs)` [outputs]."""

    def __init__(self, program: Program):
        numbers = {a.value: None for s in program.statements for a in operands(s.expr) if isinstance(a, Number)}
        numbers |= {a.value: None for a in program.outputs if isinstance(a, Number)}
        self._numbers = np.array([0.0, *numbers])
        self._compensated = program.compensated
        self._places: dict[Atom, int] = {}
        self._count = 0
        for array in program.inputs:
            self._place(Load(array.name, i) for i in range(array.length))
        self._zero = self._count
        self._count += 1
        self._place(map(Number, numbers))
        self.levels = [self._level(level) for level in _by_depth(program)]
        outputs = [self._zero if a is None else self._places[a] for a in program.outputs]
        self._outputs = np.array(outputs, dtype=np.int32)

    def __call__(self, *arrays):
        values = jnp.concatenate([*arrays, self._numbers.astype(arrays[0].dtype)])
        for level in self.levels:
            values = jnp.concatenate([values, level(values, self._compensated)])
        return values[self._outputs]

    def _place(self, atoms) -> None:
        for atom in atoms:
            self._places[atom] = self._count
            self._count += 1

    def _level(self, statements: Sequence) -> Level:
        products: dict[int, list] = {}
        calls: dict[tuple, list] = {}
        sums = [s for s in statements if isinstance(s.expr, Sum)]
        for s in statements:
            if isinstance(s.expr, Product):
                products.setdefault(len(s.expr.factors), []).append(s)
            elif isinstance(s.expr, Call):
                key = s.expr.function, len(s.expr.arguments), s.expr.table
                calls.setdefault(key, []).append(s)
        groups = [*products.values(), *calls.values()]
        positions = [np.array([[self._places[a] for a in operands(s.expr)] for s in group]) for group in groups]
        terms = [[(c, self._places[a]) for c, a in s.expr.terms] for s in sums]
        level = Level(
            tuple(positions[: len(products)]),
            tuple((name, table, at) for (name, _, table), at in zip(calls, positions[len(products) :], strict=True)),
            SummationTree.build(terms, self._count) if sums else None,
        )
        self._place(Ref(s.name) for group in [*groups, sums] for s in group)
        return level


def _by_depth(program: Program) -> list[list]:
    """Statements that rest on the same number of others, one upon the other."""
    depth: dict[str, int] = {}
    levels: list[list] = []
    for s in program.statements:
        depth[s.name] = max((depth[a.name] + 1 for a in operands(s.expr) if isinstance(a, Ref)), default=0)
        if depth[s.name] == len(levels):
            levels.append([])
        levels[depth[s.name]].append(s)
    return levels


def evaluated(name: str, table: tuple[float, ...], arguments: list):
    """A function of the language on arrays; truths are 1 and 0."""
    dtype = arguments[0].dtype
    if name in ("and", "or", "not"):
        arguments = [a != 0 for a in arguments]
    if name == "take":
        return jnp.asarray(table, dtype)[jnp.clip(arguments[0], 0, len(table) - 1).astype(int)]
    if name == "locate":
        return jnp.searchsorted(jnp.asarray(table, dtype), arguments[0], side="right").astype(dtype)
    return _FUNCTIONS[name](*arguments).astype(dtype)


def _nearest(x, *pieces):
    least, chosen = jnp.inf, pieces[2]
    for low, high, value in zip(*(pieces[i::3] for i in range(3)), strict=True):
        distance = jnp.maximum(jnp.maximum(low - x, x - high), 0.0)
        chosen = jnp.where(distance < least, value, chosen)
        least = jnp.minimum(distance, least)
    return chosen


_FUNCTIONS: dict[str, Callable] = {
    "div": operator.truediv, "pow": operator.pow, "max": jnp.maximum, "min": jnp.minimum, "atan2": jnp.arctan2,
    "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge, "eq": operator.eq, "ne": operator.ne,
    "and": jnp.logical_and, "or": jnp.logical_or, "not": jnp.logical_not, "abs": jnp.abs, "sign": jnp.sign,
    "floor": jnp.floor, "ceil": jnp.ceil, "sqrt": jnp.sqrt, "cbrt": jnp.cbrt, "exp": jnp.exp, "exp2": jnp.exp2,
    "expm1": jnp.expm1, "log": jnp.log, "log1p": jnp.log1p, "sin": jnp.sin, "cos": jnp.cos, "tan": jnp.tan,
    "sinh": jnp.sinh, "cosh": jnp.cosh, "tanh": jnp.tanh, "erf": lax.erf, "logistic": lax.logistic,
    "is_finite": jnp.isfinite, "select": lambda c, yes, no: jnp.where(c != 0, yes, no), "clip": jnp.clip,
    "within": lambda x, low, high: (low <= x) & (x <= high), "nearest": _nearest,
}  # fmt: skip
