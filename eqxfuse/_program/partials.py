"""Partial derivatives of the elementwise functions, as statements."""

import math
from collections.abc import Callable, Iterator, Sequence

from eqxfuse._program.ir import Atom, Call, Expression, Number, Product, Ref, Statement, Sum

CHOICES: dict[str, Callable[[int], range]] = {
    "select": lambda count: range(1, 3),
    "nearest": lambda count: range(3, count, 3),
}
"""Functions that give one of these arguments as it is."""


def partials(writer, statement: Statement, wanted: Sequence[int], end: str) -> Iterator[tuple[int, Atom]]:
    """The derivatives of a call with respect to those of its arguments that are `wanted`, but for those that are 0.

    `writer.write(name, expression)` writes the statements that they take, under names with `end`.
    """
    call = statement.expr
    assert isinstance(call, Call)
    rule = _RULES.get(call.function)
    if rule is not None:
        for i in wanted:
            slope = rule(_Steps(writer, f"{statement.name}{end}s{i}_"), Ref(statement.name), i, *call.arguments)
            if slope is not None:
                yield i, slope


class _Steps:
    """Short names for statements."""

    def __init__(self, writer, stem: str):
        self._writer, self._stem, self._count = writer, stem, 0

    def __call__(self, function: str, *arguments: Atom) -> Atom:
        return self._write(Call(function, arguments))

    def times(self, *factors: Atom) -> Atom:
        return self._write(Product(factors))

    def plus(self, *terms: tuple[float, Atom]) -> Atom:
        return self._write(Sum(terms))

    def _write(self, expression: Expression) -> Atom:
        self._count += 1
        return self._writer.write(f"{self._stem}{self._count}", expression)


ONE, ZERO = Number(1.0), Number(0.0)


def _div(do: _Steps, result, i, a, b):
    return do("div", ONE, b) if i == 0 else do.plus((-1.0, do("div", result, b)))


def _pow(do: _Steps, result, i, a, b):
    """x^y log(x) is 0 where x^y is."""
    if i == 0:
        return do.times(b, do("pow", a, do.plus((1.0, b), (-1.0, ONE))))
    return do("select", do("eq", result, ZERO), ZERO, do.times(result, do("log", a)))


def _extremum(below: str, not_above: str):
    """Of equals, each counts half."""

    def rule(do: _Steps, result, i, a, b):
        own, other = (a, b) if i == 0 else (b, a)
        return do.plus((0.5, do(below, own, other)), (0.5, do(not_above, own, other)))

    return rule


def _atan2(do: _Steps, result, i, y, x):
    square = do.plus((1.0, do.times(x, x)), (1.0, do.times(y, y)))
    return do("div", x, square) if i == 0 else do.plus((-1.0, do("div", y, square)))


def _clip(do: _Steps, result, i, x, low, high):
    return (do("within", x, low, high), do("lt", x, low), do("gt", x, high))[i]


_RULES: dict[str, Callable] = {
    "div": _div,
    "pow": _pow,
    "max": _extremum("gt", "ge"),
    "min": _extremum("lt", "le"),
    "atan2": _atan2,
    "clip": _clip,
    "abs": lambda do, r, i, x: do("sign", x),
    "sqrt": lambda do, r, i, x: do("div", Number(0.5), r),
    "cbrt": lambda do, r, i, x: do("div", r, do.plus((3.0, x))),
    "exp": lambda do, r, i, x: r,
    "exp2": lambda do, r, i, x: do.plus((math.log(2.0), r)),
    "expm1": lambda do, r, i, x: do.plus((1.0, r), (1.0, ONE)),
    "log": lambda do, r, i, x: do("div", ONE, x),
    "log1p": lambda do, r, i, x: do("div", ONE, do.plus((1.0, x), (1.0, ONE))),
    "sin": lambda do, r, i, x: do("cos", x),
    "cos": lambda do, r, i, x: do.plus((-1.0, do("sin", x))),
    "tan": lambda do, r, i, x: do.plus((1.0, do.times(r, r)), (1.0, ONE)),
    "sinh": lambda do, r, i, x: do("cosh", x),
    "cosh": lambda do, r, i, x: do("sinh", x),
    "tanh": lambda do, r, i, x: do.plus((1.0, ONE), (-1.0, do.times(r, r))),
    "logistic": lambda do, r, i, x: do.times(r, do.plus((1.0, ONE), (-1.0, r))),
    "erf": lambda do, r, i, x: do.plus((2.0 / math.sqrt(math.pi), do("exp", do.plus((-1.0, do.times(x, x)))))),
}
"""Of each function that has one; steps and truths have none."""
