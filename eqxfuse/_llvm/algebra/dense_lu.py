"""LLVM IR of the dense block at the end of a sparse LU: blocked by 4 x 4, so that numbers stay in registers."""

from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from eqxfuse._llvm.algebra.builder import DOUBLE, Code, zero
from eqxfuse._llvm.algebra.growth import Growth

BLOCK = 4
"""Rows and pivots that one pass of the inner loop combines: 16 multiply-adds for 8 loads and 4 stores."""

COLUMNS = 8
"""Columns that a vector holds when there is one lane; LLVM splits it where the host's vectors are narrower."""


@dataclass(frozen=True, eq=False)
class DenseBlock:
    """A dense `size` x `size` block (size a multiple of 8) with rows `stride` numbers apart, then inverted pivots."""

    module: ir.Module
    size: int
    lanes: int

    @property
    def stride(self) -> int:
        """With one lane rows are padded so that a vector may start at any column."""
        return self.size if self.lanes > 1 else self.size + COLUMNS

    @property
    def pivots(self) -> int:
        """Where the pivots begin [numbers]."""
        return self.size * self.stride

    @property
    def storage(self) -> int:
        return self.pivots + self.size + COLUMNS

    @property
    def number(self) -> ir.Type:
        return ir.VectorType(DOUBLE, self.lanes) if self.lanes > 1 else DOUBLE

    @property
    def run(self) -> ir.Type:
        """What the inner loop moves: a number of all lanes, or several columns of the one lane."""
        return self.number if self.lanes > 1 else ir.VectorType(DOUBLE, COLUMNS)

    @property
    def step(self) -> int:
        return 1 if self.lanes > 1 else COLUMNS

    def factorise(self) -> ir.Function:
        """`(block, growth)`: LU in place; the pivots are kept inverted behind the block; `growth` is updated."""
        code = Code(self.module, f"dense{self.lanes}_factorise", 2)
        block, total = code.arguments
        growth = Growth(code, self.number, code.load(total, 0, self.number))
        with code.loop(0, self.size, BLOCK) as i:
            with code.loop(0, i, BLOCK) as k:
                multiples = self._multiples(code, block, i, k, growth)
                with code.loop(code.add(k, BLOCK), self.size, self.step) as j:
                    self._update(code, block, i, k, j, multiples)
            multiples = self._diagonal(code, block, i, growth)
            with code.loop(code.add(i, BLOCK), self.size, self.step) as j:
                self._substitute(code, block, i, j, multiples)
        code.store(growth.value(), total, 0)
        code.build.ret_void()
        return code.function

    def _element(self, code: Code, i, j):
        return code.add(code.multiply(i, self.stride), j)

    def _get(self, code: Code, block, i, j, kind=None):
        kind = kind or self.number
        return code.build.load(code.at(block, self._element(code, i, j), self.number), typ=kind, align=8)

    def _put(self, code: Code, value, block, i, j) -> None:
        code.build.store(value, code.at(block, self._element(code, i, j), self.number), align=8)

    def _pivot(self, code: Code, block, k):
        return code.load(block, code.add(k, self.pivots), self.number)

    def _multiples(self, code: Code, block, i, k, growth: Growth):
        """The 4 x 4 block of L left of the diagonal: rows i.., pivots k.. (a triangular solve)."""
        rows = []
        for r in range(BLOCK):
            row = []
            for c in range(BLOCK):
                value = self._get(code, block, code.add(i, r), code.add(k, c))
                for earlier in range(c):
                    above = self._get(code, block, code.add(k, earlier), code.add(k, c))
                    value = code.minus_product(value, row[earlier], above)
                row.append(code.build.fmul(value, self._pivot(code, block, code.add(k, c))))
            for c, value in enumerate(row):
                self._put(code, value, block, code.add(i, r), code.add(k, c))
                growth.add(value, r)
            rows.append(row)
        return [[code.splat(v, self.run) for v in row] for row in rows] if self.lanes == 1 else rows

    def _update(self, code: Code, block, i, k, j, multiples) -> None:
        """Rows i.. of the columns at j minus the multiples of rows k.."""
        above = [self._get(code, block, code.add(k, c), j, self.run) for c in range(BLOCK)]
        for r in range(BLOCK):
            value = self._get(code, block, code.add(i, r), j, self.run)
            for c in range(BLOCK):
                value = code.minus_product(value, multiples[r][c], above[c])
            self._put(code, value, block, code.add(i, r), j)

    def _diagonal(self, code: Code, block, i, growth: Growth):
        """LU of the 4 x 4 diagonal block; returns its multiples below the diagonal."""
        a: list[list[Any]] = [
            [self._get(code, block, code.add(i, r), code.add(i, c)) for c in range(BLOCK)] for r in range(BLOCK)
        ]
        one = code.splat(ir.Constant(DOUBLE, 1.0), self.number)
        for p in range(BLOCK):
            inverse = code.build.fdiv(one, a[p][p])
            code.store(inverse, block, code.add(code.add(i, p), self.pivots))
            growth.add_pivot(a[p][p], inverse, p)
            for r in range(p + 1, BLOCK):
                a[r][p] = code.build.fmul(a[r][p], inverse)
                growth.add(a[r][p], r)
                for c in range(p + 1, BLOCK):
                    a[r][c] = code.minus_product(a[r][c], a[r][p], a[p][c])
        for r in range(BLOCK):
            for c in range(BLOCK):
                self._put(code, a[r][c], block, code.add(i, r), code.add(i, c))
        return [[code.splat(a[r][c], self.run) if self.lanes == 1 else a[r][c] for c in range(r)] for r in range(BLOCK)]

    def _substitute(self, code: Code, block, i, j, multiples) -> None:
        """The rows of the diagonal block, right of it: subtract the multiples of the rows above."""
        rows: list[Any] = [self._get(code, block, code.add(i, r), j, self.run) for r in range(BLOCK)]
        for r in range(1, BLOCK):
            for c in range(r):
                rows[r] = code.minus_product(rows[r], multiples[r][c], rows[c])
            self._put(code, rows[r], block, code.add(i, r), j)

    def solve(self) -> ir.Function:
        """`(block, x)`: solve in place, `COLUMNS` rows at a time."""
        code = Code(self.module, f"dense{self.lanes}_solve", 2)
        block, x = code.arguments
        with code.loop(0, self.size, COLUMNS) as i:
            known = self._dots(code, block, x, i, 0, i)
            solved: list = []
            for r in range(COLUMNS):
                value = code.build.fsub(code.load(x, code.add(i, r), self.number), known[r])
                for c in range(r):
                    value = code.minus_product(value, self._get(code, block, code.add(i, r), code.add(i, c)), solved[c])
                solved.append(value)
            self._store_all(code, solved, x, i)
        with code.loop(0, self.size, COLUMNS) as back:
            i = code.build.sub(code.i64(self.size - COLUMNS), back)
            known = self._dots(code, block, x, i, code.add(i, COLUMNS), self.size)
            after: dict = {}
            for r in reversed(range(COLUMNS)):
                value = code.build.fsub(code.load(x, code.add(i, r), self.number), known[r])
                for c in range(r + 1, COLUMNS):
                    value = code.minus_product(value, self._get(code, block, code.add(i, r), code.add(i, c)), after[c])
                after[r] = code.build.fmul(value, self._pivot(code, block, code.add(i, r)))
            self._store_all(code, [after[r] for r in range(COLUMNS)], x, i)
        code.build.ret_void()
        return code.function

    def solve_transposed(self) -> ir.Function:
        """`(block, x)`: solve with the transpose in place, row by row; for one lane."""
        code = Code(self.module, f"dense{self.lanes}_solve_transposed", 2)
        block, x = code.arguments
        with code.loop(0, self.size) as i:
            known = code.build.fmul(code.load(x, i, self.number), self._pivot(code, block, i))
            code.store(known, x, i)
            self._subtract_row(code, block, x, i, known, code.add(i, 1), self.size)
        with code.loop(0, self.size) as back:
            i = code.build.sub(code.i64(self.size - 1), back)
            self._subtract_row(code, block, x, i, code.load(x, i, self.number), 0, i)
        code.build.ret_void()
        return code.function

    def _subtract_row(self, code: Code, block, x, i, known, start, stop) -> None:
        with code.loop(start, stop) as j:
            reduced = code.minus_product(code.load(x, j, self.number), self._get(code, block, i, j), known)
            code.store(reduced, x, j)

    def _store_all(self, code: Code, values, x, i) -> None:
        for r, value in enumerate(values):
            code.store(value, x, code.add(i, r))

    def _dots(self, code: Code, block, x, i, start, stop) -> list:
        """The sums over j in start..stop of the rows i.. times x; the range is a whole number of vectors."""
        totals = [code.variable(zero(self.run)) for _ in range(COLUMNS)]
        with code.loop(start, stop, self.step) as j:
            value = code.build.load(code.at(x, j, self.number), typ=self.run, align=8)
            for r, total in enumerate(totals):
                factor = self._get(code, block, code.add(i, r), j, self.run)
                code.build.store(code.fma(factor, value, code.value(total)), total, align=8)
        sums = [code.value(total) for total in totals]
        return [code.total(v) for v in sums] if self.lanes == 1 else sums
