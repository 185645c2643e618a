"""sinh, cosh and tanh, from e^|x| - 1 = p w, a pair w and a power p of two, which do not overflow."""

from eqxfuse._llvm.functions.exponential import scaled_expm1
from eqxfuse._llvm.functions.number import Number
from eqxfuse._llvm.functions.pair import Pair, exact_sum, pair_sum

_LINEAR = 2.0**-28
"""Below it, sinh x and tanh x are x."""


def sinh(x: Number) -> Number:
    """(e^x - e^-x) / 2, which is (v + v / (v + 1)) / 2 with v = e^x - 1."""
    size = abs(x)
    w, p, inverse = scaled_expm1(size)
    total = pair_sum(w, (w / _plus(w, inverse)).scaled(inverse))
    return (size < _LINEAR).select(x, (total.high * 0.5 * p).with_sign_of(x))


def cosh(x: Number) -> Number:
    """(e^x + e^-x) / 2."""
    w, p, inverse = scaled_expm1(abs(x))
    growing = _plus(w, inverse)
    fading = Pair(inverse, x.constant(0.0)) / growing
    return pair_sum(growing, fading.scaled(inverse)).high * 0.5 * p


def tanh(x: Number) -> Number:
    """sinh x / cosh x, which is v / (v + 2) with v = e^2x - 1."""
    size = abs(x)
    w, _, inverse = scaled_expm1(size * 2.0)
    ratio = w / _plus(w, inverse * 2.0)
    return (size < _LINEAR).select(x, (ratio.high + ratio.low).with_sign_of(x))


def _plus(w: Pair, addend: Number) -> Pair:
    total = exact_sum(w.high, addend)
    return Pair(total.high, total.low + w.low)
