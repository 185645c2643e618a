"""ln x and ln(1 + x), and ln x as a pair.

x = 2^k m with m from sqrt(1/2) to sqrt(2), and ln m = 2 artanh s = 2 s + 2 s^3 / 3 + 2 s^5 / 5 + ... of
s = (m - 1) / (m + 1) (J.-M. Muller, Elementary Functions, 3rd ed. 2016, section 4.4). s is a pair, so that only the
terms from s^3 on, a hundredth of the whole at most, are rounded before the last sum.
"""

from dataclasses import dataclass
from fractions import Fraction

from eqxfuse._llvm.functions.exponential import LN_2_HIGH, LN_2_LOW
from eqxfuse._llvm.functions.number import Number
from eqxfuse._llvm.functions.pair import Pair, exact_sum, larger_first, pair_sum, split
from eqxfuse._llvm.functions.series import economised, polynomial

INFINITY, NOTHING = float("inf"), float("nan")

_ONE = 0x3FF << 52
_SQRT_HALF = 0x3FE6A09E667F3BCD
"""The bits of the double nearest to sqrt(1/2)."""
_FRACTION = (1 << 52) - 1
_INTEGER = 0x433 << 52
"""The bits of 2^52, whose last ones count in steps of 1."""
_SMALLEST_NORMAL = 2.0**-1022
_LARGEST_SQUARE = Fraction(965, 2**15)
"""Of s: ((sqrt(2) - 1) / (sqrt(2) + 1))^2."""


def log(x: Number) -> Number:
    """ln x."""
    parts = _Parts.of_positive(x)
    return _special(x, 0.0, _sum(parts.power, parts.ratio))


def log1p(x: Number) -> Number:
    """ln(1 + x)."""
    one = x.constant(1.0)
    total = exact_sum(one, x)
    parts = _Parts.of_normal(total.high)
    low = (total.high < 2.0**60).select(total.low * parts.inverse, 0.0)
    denominator = larger_first(one, parts.mantissa)
    ratio = larger_first(parts.mantissa - 1.0, low) / Pair(denominator.high, denominator.low + low)
    value = _special(x, -1.0, _sum(parts.power, ratio))
    return (abs(x) < 2.0**-54).select(x, value)


def logarithm(x: Number) -> Pair:
    """ln |x| to some 2^-68 of it; where that is infinite or no number, the low part means nothing."""
    x = abs(x)
    parts = _Parts.of_positive(x)
    main = Pair(parts.power * float(LN_2_HIGH), parts.power * float(LN_2_LOW))
    total = pair_sum(main, _artanh(parts.ratio))
    return Pair(_special(x, 0.0, total.high), total.low)


@dataclass(frozen=True)
class _Parts:
    """x = 2^power mantissa, with 2^-power for powers below 1024."""

    power: Number
    mantissa: Number
    inverse: Number

    @classmethod
    def of_normal(cls, x: Number) -> "_Parts":
        bits = x.bits()
        shifted = bits + (_ONE - _SQRT_HALF)
        exponent = shifted >> 52
        power = (exponent | _INTEGER).number() - (2.0**52 + 1023.0)
        mantissa = ((shifted & _FRACTION) + _SQRT_HALF).number()
        return cls(power, mantissa, ((bits.constant(2046) - exponent) << 52).number())

    @classmethod
    def of_positive(cls, x: Number) -> "_Parts":
        """Of denormal ones, too."""
        denormal = x < _SMALLEST_NORMAL
        parts = cls.of_normal(denormal.select(x * 2.0**54, x))
        return cls(parts.power - denormal.select(54.0, 0.0), parts.mantissa, parts.inverse)

    @property
    def ratio(self) -> Pair:
        """(mantissa - 1) / (mantissa + 1)."""
        m = self.mantissa
        return Pair(m - 1.0, m.constant(-0.0)) / larger_first(m.constant(1.0), m)


def _special(x: Number, pole: float, value: Number) -> Number:
    """`value` for finite numbers above the pole of a logarithm."""
    at_the_pole_or_below = x.equals(pole).select(-INFINITY, NOTHING)
    return (x > pole).select((x < INFINITY).select(value, x), at_the_pole_or_below)


def _sum(power: Number, ratio: Pair) -> Number:
    """power * ln 2 + 2 artanh of the ratio."""
    square = ratio.high * ratio.high
    first = ratio.scaled(2.0)
    rest = first.high * square * polynomial(square, _coefficients(6))
    total = larger_first(power * float(LN_2_HIGH), first.high)
    return total.high + (total.low + power.fma(float(LN_2_LOW), first.low + rest))


def _artanh(ratio: Pair) -> Pair:
    """2 artanh of the ratio: the two leading coefficients, and what they are multiplied with, as pairs."""
    constant, linear, *others = _coefficients(8)
    square = ratio * ratio
    tail = square.high * polynomial(square.high, others)
    inner = pair_sum(split(linear, tail), Pair(tail, tail.constant(0.0)))
    outer = pair_sum(split(constant, tail), square * inner)
    first = ratio.scaled(2.0)
    return pair_sum(first, first * (square * outer))


def _coefficients(degree: int) -> tuple[Fraction, ...]:
    """Of (artanh s - s) / s^3, in powers of s^2."""
    return economised(_term, Fraction(0), _LARGEST_SQUARE, degree)


def _term(n: int) -> Fraction:
    return Fraction(1, 2 * n + 3)
