"""x^y and the cube root, by way of ln x as a pair."""

from fractions import Fraction

from eqxfuse._llvm.functions.exponential import exponential
from eqxfuse._llvm.functions.logarithm import INFINITY, NOTHING, logarithm
from eqxfuse._llvm.functions.number import Condition, Number
from eqxfuse._llvm.functions.pair import Pair, exact_product, split

_GREATEST_POWER = 2.0**70
"""Beyond it every number but 1 gives infinity or 0, as it does here."""


def power(x: Number, y: Number) -> Number:
    """x^y, with the special values of C99 (annex F.9.4.4)."""
    log = logarithm(x)
    exponent = y.clamped(-_GREATEST_POWER, _GREATEST_POWER)
    product = exact_product(exponent, log.high)
    size = exponential(Pair(product.high, exponent.fma(log.low, product.low)))
    value = (x < 0.0).select(_of_negative(x, y, size), size)
    value = _is_odd(y).select(value.with_sign_of(x), value)
    return (x.equals(1.0) | y.equals(0.0)).select(1.0, value)


def cbrt(x: Number) -> Number:
    """The cube root of x, with its sign."""
    size = exponential(logarithm(x) * split(Fraction(1, 3), x))
    return x.equals(0.0).select(x, size.with_sign_of(x))


def _of_negative(x: Number, y: Number, size: Number) -> Number:
    return (_is_integer(y) | x.equals(-INFINITY)).select(size, NOTHING)


def _is_integer(y: Number) -> Condition:
    return y.floor().equals(y)


def _is_odd(y: Number) -> Condition:
    return _is_integer(y) & ~_is_integer(y * 0.5)
