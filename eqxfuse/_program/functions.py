"""The elementwise functions of the language, on numbers of any precision.

Truths are 1 and 0; a condition holds where it is not 0. Names are those of JAX's primitives where there is one.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Function:
    """`evaluate(*arguments)` on NumPy arrays; of those that look up, with the keyword `table`.

    `arguments` is how many there are; negative: at least that many, in threes behind the first.
    """

    arguments: int
    evaluate: Callable
    looks_up: bool = False

    def takes(self, count: int) -> bool:
        """Whether that many arguments make sense."""
        return count == self.arguments if self.arguments >= 0 else count >= -self.arguments and count % 3 == 1


def _truth(function: Callable) -> Callable:
    return lambda *arguments: np.asarray(function(*arguments)).astype(arguments[0].dtype)


def _logic(function: Callable) -> Callable:
    return _truth(lambda *arguments: function(*(a != 0 for a in arguments)))


def _choose(condition, yes, no):
    return np.where(condition != 0, yes, no)


def _clip(x, low, high):
    return np.minimum(np.maximum(x, low), high)


def _within(x, low, high):
    return ((low <= x) & (x <= high)).astype(x.dtype)


def _nearest(x, *pieces):
    least, chosen = np.full_like(x, np.inf), pieces[2]
    for low, high, value in zip(*(pieces[i::3] for i in range(3)), strict=True):
        distance = np.maximum(np.maximum(low - x, x - high), 0.0)
        chosen = np.where(distance < least, value, chosen)
        least = np.minimum(distance, least)
    return chosen


def _take(x, table):
    place = np.clip(np.nan_to_num(x), 0, len(table) - 1).astype(int)
    return np.asarray(table, x.dtype)[place]


def _locate(x, table):
    return np.searchsorted(np.asarray(table, x.dtype), x, side="right").astype(x.dtype)


def _logistic(x):
    return 1 / (1 + np.exp(-x))


def _erf(x):
    return np.vectorize(math.erf, otypes=[x.dtype])(x)


FUNCTIONS: dict[str, Function] = {
    **{name: Function(1, f) for name, f in {
        "abs": np.abs, "sign": np.sign, "floor": np.floor, "ceil": np.ceil, "sqrt": np.sqrt, "cbrt": np.cbrt,
        "exp": np.exp, "exp2": np.exp2, "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "sin": np.sin,
        "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "erf": _erf,
        "logistic": _logistic,
        "is_finite": _truth(np.isfinite), "not": _logic(np.logical_not),
    }.items()},
    **{name: Function(2, f) for name, f in {
        "div": np.true_divide, "pow": np.power, "max": np.maximum, "min": np.minimum, "atan2": np.arctan2,
        "lt": _truth(np.less), "le": _truth(np.less_equal), "gt": _truth(np.greater), "ge": _truth(np.greater_equal),
        "eq": _truth(np.equal), "ne": _truth(np.not_equal), "and": _logic(np.logical_and), "or": _logic(np.logical_or),
    }.items()},
    "select": Function(3, _choose),
    "clip": Function(3, _clip),
    "within": Function(3, _within),
    "nearest": Function(-4, _nearest),
    "take": Function(1, _take, looks_up=True),
    "locate": Function(1, _locate, looks_up=True),
}  # fmt: skip
"""`select(condition, yes, no)`; `clip(x, low, high)`; `within(x, low, high)`, a truth; `nearest(x, low, high, value,
...)`, the value whose range holds x, else that of the nearest range, the first of equals; `take(i)`, the element i of
the table, i held inside of it; `locate(x)`, how many elements of the ascending table are not above x."""

LIBRARY = (
    "atan2", "cbrt", "cos", "cosh", "erf", "exp", "exp2", "expm1", "log", "log1p", "pow", "sin", "sinh", "tan", "tanh",
)  # fmt: skip
"""Those that are functions of C's mathematical library, under the same names."""

TRUTHS = ("is_finite", "not", "lt", "le", "gt", "ge", "eq", "ne", "and", "or", "within")
"""Those whose values are truths."""
