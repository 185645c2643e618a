"""e^x, 2^x and e^x - 1.

x = k ln 2 + r with |r| <= (ln 2)/2 (W. J. Cody and W. Waite, Software Manual for the Elementary Functions, 1980: ln 2
in two parts, of which k times the first is exact), e^r by a polynomial, and 2^k by two factors, so that results fade
gradually into denormal ones. Beyond the largest and smallest results x is clamped to where they overflow or vanish.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

from eqxfuse._llvm.functions.number import Bits, Number
from eqxfuse._llvm.functions.pair import Pair, exact_product, exact_sum, larger_first, pair_sum
from eqxfuse._llvm.functions.series import economised, logarithm_of_two, polynomial

LN_2 = logarithm_of_two()
LN_2_HIGH = Fraction(round(LN_2 * 2**42), 2**42)
"""So few digits that its products with integers up to 2048 are exact."""
LN_2_LOW = LN_2 - LN_2_HIGH

_ROUNDING = 1.5 * 2.0**52
"""Added to a small number, it rounds that to an integer, which the last bits of the sum then hold."""
_ONE = 0x3FF << 52
_LEAST, _GREATEST = -746.0, 711.0
_RADIUS = Fraction(89, 256)
"""A little more than (ln 2) / 2."""


def exp(x: Number) -> Number:
    """e^x."""
    return exponential(Pair(x, x.constant(0.0)))


def exponential(x: Pair) -> Number:
    """e^x of a pair; its low part does not matter where the result overflows or vanishes."""
    remainder, scale = _reduced(_clamped(x, _LEAST))
    return scale.times(_from_one(remainder))


def exp2(x: Number) -> Number:
    """2^x."""
    x = x.clamped(-1080.0, 1030.0)
    scale = _Scale.nearest(x, 1.0)
    fraction = x - scale.power
    high = fraction * float(LN_2)
    low = fraction.fma(float(LN_2), -high) + fraction * float(LN_2 - Fraction(float(LN_2)))
    return scale.times(_from_one(Pair(high, low)))


def expm1(x: Number) -> Number:
    """e^x - 1."""
    value, factor, _ = scaled_expm1(x)
    return (abs(x) < 2.0**-54).select(x, value.high * factor)


def scaled_expm1(x: Number) -> tuple[Pair, Number, Number]:
    """w, a power of two p, and 1 / p, such that p w = e^x - 1; where that overflows, none of them does."""
    remainder, scale = _reduced(_clamped(Pair(x, x.constant(0.0)), -64.0))
    first, second, inverse = scale.factors()
    value = _less_one(remainder).scaled(first)
    return pair_sum(exact_sum(first, -inverse), value), second, inverse


def _clamped(x: Pair, least: float) -> Pair:
    high = x.high.clamped(least, _GREATEST)
    return Pair(high, high.equals(x.high).select(x.low, 0.0))


@dataclass(frozen=True)
class _Scale:
    """2^power, of an integer that the last bits of `bits` hold, too."""

    power: Number
    bits: Bits

    @classmethod
    def nearest(cls, x: Number, factor: float) -> "_Scale":
        """The integer nearest to x * factor."""
        rounded = x.fma(factor, _ROUNDING)
        return cls(rounded - _ROUNDING, rounded.bits())

    def factors(self) -> tuple[Number, Number, Number]:
        """Two numbers whose product is 2^power, and 1 by the second."""
        half = self.power.fma(0.5, _ROUNDING).bits()
        other = (self.bits - half) << 52
        one = other.constant(_ONE)
        return (one + (half << 52)).number(), (one + other).number(), (one - other).number()

    def times(self, x: Number) -> Number:
        first, second, _ = self.factors()
        return x * first * second


def _reduced(x: Pair) -> tuple[Pair, _Scale]:
    """r and k. Where the low part below is the larger one, both are less than 2^-32, and what is lost is too small."""
    scale = _Scale.nearest(x.high, float(1 / LN_2))
    high = (-scale.power).fma(float(LN_2_HIGH), x.high)
    low = (-scale.power).fma(float(LN_2_LOW), x.low)
    return larger_first(high, low), scale


def _from_one(remainder: Pair) -> Number:
    """e^r."""
    r = remainder.high
    start = larger_first(r.constant(1.0), r)
    others = polynomial(r, (Fraction(1, 2), *_from_cubes()))
    return start.high + (start.low + (r * r).fma(others, _low(remainder)))


def _less_one(remainder: Pair) -> Pair:
    """e^r - 1, of which r^2 / 2 is a pair, too: the result may be small beside the 1 that is added to it later."""
    r = remainder.high
    square = exact_product(r, r)
    others = square.high * (r * polynomial(r, _from_cubes())) + _low(remainder)
    return pair_sum(Pair(r, r.constant(-0.0)), Pair(square.high * 0.5, (square.low * 0.5) + others))


def _low(remainder: Pair) -> Number:
    """What the low part adds to e^r."""
    return remainder.low.fma(remainder.high, remainder.low)


def _from_cubes() -> tuple[Fraction, ...]:
    """Coefficients of (e^r - 1 - r - r^2 / 2) / r^3."""
    return economised(_term, -_RADIUS, _RADIUS, 9)


def _term(n: int) -> Fraction:
    return Fraction(1, math.factorial(n + 3))
