"""The check that stands in for pivoting: how far the multiples of an elimination have grown."""

from llvmlite import ir

from eqxfuse._llvm.algebra.builder import DOUBLE, Code

LIMIT = 1e10
"""The largest norm (root of the sum of squares) of a factorisation's multiples that is accepted.

Where pivoting is needed, rounding errors grow with the norm. Without that need it still grows with the step, as a
network nears equilibrium: the steps that error control takes on chemical networks reach 1e7, with the accuracy of a
pivoted factorisation.
"""

LAST_LIMIT = 1e14
"""The same where another state than an abundance stands last: as a temperature, it is 1e4 times as large, and so are
the multiples of its row, on which no other row depends.
"""

WAYS = 4
"""Sums that run side by side, so that none waits for the addition before."""


class Growth:
    """Sums of the squares of an elimination's multiples, one for each lane; not finite once a pivot is 0.

    `before` is what earlier parts of the elimination gave. Sums start at 1: from 0 on they would pass through
    denormal numbers, which are slow.
    """

    def __init__(self, code: Code, kind: ir.Type, before=None):
        self.code = code
        one = code.splat(ir.Constant(DOUBLE, 1.0), kind)
        self.sums = [code.variable(v) for v in (before or one, *[one] * (WAYS - 1))]

    def add(self, multiple, way: int = 0) -> None:
        """Take in a multiple; `way` (< `WAYS`) chooses the sum."""
        self._accumulate(multiple, multiple, way)

    def add_pivot(self, pivot, inverse, way: int = 0) -> None:
        """Take in a pivot: 1, or not a number where it or its inverse is not finite."""
        self._accumulate(pivot, inverse, way)

    def value(self):
        """The sum of squares so far."""
        first, *others = (self.code.value(total) for total in self.sums)
        for other in others:
            first = self.code.build.fadd(first, other)
        return first

    def verdict(self, limit: float = LIMIT):
        """1 where the elimination is accepted, else NaN."""
        kind = self.sums[0].allocated_type
        most, one, nan = (self.code.splat(ir.Constant(DOUBLE, c), kind) for c in (limit**2, 1.0, float("nan")))
        return self.code.build.select(self.code.build.fcmp_ordered("<=", self.value(), most), one, nan)

    def _accumulate(self, a, b, way: int) -> None:
        total = self.sums[way]
        self.code.build.store(self.code.fma(a, b, self.code.value(total)), total, align=8)
