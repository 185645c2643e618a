"""Polynomials that stand for power series: their coefficients, made in exact arithmetic, and their evaluation."""

from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache

from eqxfuse._llvm.functions.number import Number


def logarithm_of_two(digits: int = 60) -> Fraction:
    """ln 2."""
    with localcontext() as context:
        context.prec = digits
        return Fraction(Decimal(2).ln())


@cache
def economised(term: Callable[[int], Fraction], start: Fraction, end: Fraction, degree: int) -> tuple[Fraction, ...]:
    """Coefficients of a polynomial close to the sum of term(n) x^n on an interval.

    From the series with 16 terms more, Chebyshev polynomials are taken away, one from each power above `degree`: each
    of them changes the sum by as little as a polynomial of that leading term can (C. Lanczos, Applied Analysis, 1956,
    section VII.5).
    """
    coefficients = [term(n) for n in range(degree + 17)]
    while len(coefficients) > degree + 1:
        chebyshev = _chebyshev(len(coefficients) - 1, start, end)
        excess = coefficients[-1] / chebyshev[-1]
        coefficients = [c - excess * t for c, t in zip(coefficients, chebyshev, strict=True)][:-1]
    return tuple(coefficients)


@cache
def _chebyshev(degree: int, start: Fraction, end: Fraction) -> tuple[Fraction, ...]:
    """Coefficients of T_degree, of [-1, 1], moved to the interval: T_n+1 = 2 u T_n - T_n-1 with u = scale x + shift."""
    scale, shift = 2 / (end - start), -(end + start) / (end - start)
    before, now = [Fraction(1)], [shift, scale]
    if degree == 0:
        return tuple(before)
    for _ in range(degree - 1):
        after = [2 * shift * c for c in now] + [Fraction(0)]
        for i, c in enumerate(now):
            after[i + 1] += 2 * scale * c
        for i, c in enumerate(before):
            after[i] -= c
        before, now = now, after
    return tuple(now)


def polynomial(x: Number, coefficients: Sequence[Fraction]) -> Number:
    """The sum of coefficients[n] x^n, as a tree, whose branches are independent (G. Estrin, 1960)."""
    terms = [x.constant(float(c)) for c in coefficients]
    power = x
    while len(terms) > 1:
        pairs = zip(terms[::2], terms[1::2], strict=False)
        last = terms[-1:] if len(terms) % 2 else []
        terms = [power.fma(b, a) for a, b in pairs] + last
        power = power * power
    return terms[0]
