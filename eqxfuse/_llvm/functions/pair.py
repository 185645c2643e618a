"""Unevaluated sums of two doubles, of which the second holds what rounding took from the first.

The algorithms are those of T. J. Dekker, Numer. Math. 18 (1971) 224, and of D. E. Knuth, The Art of Computer
Programming, vol. 2; M. Joldes, J.-M. Muller and V. Popescu, ACM Trans. Math. Softw. 44 (2017) 15res, prove their
errors, of a few units of 2^-106. They need each operation as it is written: no compiler may reorder them, and LLVM does
not, without its fast-math flags.
"""

from dataclasses import dataclass
from fractions import Fraction

from eqxfuse._llvm.functions.number import Number


@dataclass(frozen=True)
class Pair:
    """high + low."""

    high: Number
    low: Number

    def __mul__(self, other: "Pair") -> "Pair":
        product = exact_product(self.high, other.high)
        return Pair(product.high, product.low + self.high.fma(other.low, self.low * other.high))

    def __truediv__(self, other: "Pair") -> "Pair":
        """By one division, that of 1 by `other.high`."""
        inverse = 1.0 / other.high
        quotient = self.high * inverse
        rest = (-quotient).fma(other.high, self.high) + (self.low - quotient * other.low)
        return Pair(quotient, rest * inverse)

    def scaled(self, power_of_two: Number | float) -> "Pair":
        return Pair(self.high * power_of_two, self.low * power_of_two)


def larger_first(a: Number, b: Number) -> Pair:
    """a + b, exactly, where |a| >= |b|, where both lie between the same powers of two, or where a = 0."""
    total = a + b
    return Pair(total, (a - total) + b)


def exact_sum(a: Number, b: Number) -> Pair:
    """a + b, exactly, whichever is larger."""
    total = a + b
    second = total - a
    return Pair(total, (a - (total - second)) + (b - second))


def exact_product(a: Number, b: Number) -> Pair:
    """a * b, exactly."""
    product = a * b
    return Pair(product, a.fma(b, -product))


def pair_sum(a: Pair, b: Pair) -> Pair:
    """a + b of |a| >= |b|, or of a = 0."""
    total = larger_first(a.high, b.high)
    return larger_first(total.high, total.low + (a.low + b.low))


def split(number: Fraction, like: Number) -> Pair:
    """The pair of constants nearest to an exact number."""
    high = float(number)
    return Pair(like.constant(high), like.constant(float(number - Fraction(high))))
