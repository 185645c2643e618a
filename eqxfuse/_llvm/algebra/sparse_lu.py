"""LLVM IR of the numerical factorisation and solves: loops over the tables of a plan.

Every number is a lane: with W > 1 lanes an element is a vector of W cells; with one lane it is a scalar and the
dense block is worked along its rows in vectors of `COLUMNS`. In memory a factorisation is, element by element,

    lower [l_column] | upper [u_column] | pivots [head], inverted | block [tail, stride] | block pivots [tail], inverted
"""

from dataclasses import dataclass
from functools import cached_property

from llvmlite import ir

from eqxfuse._llvm.algebra.builder import DOUBLE, Code, table, zero
from eqxfuse._llvm.algebra.dense_lu import DenseBlock
from eqxfuse._llvm.algebra.growth import LAST_LIMIT, LIMIT, Growth
from eqxfuse._program.lu_plan import LUPlan


@dataclass(frozen=True, eq=False)
class SparseLU:
    """Emits `factorise` and `solve` for one plan into a module, which may hold others for other lane counts.

    The rows of borders (see `Pattern`) have a diagonal of 1 in the place of the shift. What they are multiplied by
    changes no solution, but keeps the multiples of the elimination small: constant ones, which sum over states, by the
    second of the `shifts`, in the size of the shift; others, which sum over rates, by the third, in that of what A was
    multiplied by.
    """

    module: ir.Module
    plan: LUPlan
    lanes: int

    @property
    def number(self) -> ir.Type:
        return ir.VectorType(DOUBLE, self.lanes) if self.lanes > 1 else DOUBLE

    @property
    def head(self) -> int:
        return self.plan.size - self.plan.tail

    @cached_property
    def block(self) -> DenseBlock:
        return DenseBlock(self.module, self.plan.tail, self.lanes)

    @property
    def offsets(self) -> tuple[int, int, int, int]:
        """Where lower, upper, pivots and the block begin [numbers]; the block is aligned to 8 numbers."""
        upper = len(self.plan.tables.l_column)
        pivots = upper + len(self.plan.tables.u_column)
        return 0, upper, pivots, -(-(pivots + self.head) // 8) * 8

    @property
    def shifts(self) -> int:
        """Numbers that `factorise` takes as the shift."""
        return 3 if self.plan.pattern.borders else 1

    @property
    def storage(self) -> int:
        """Numbers that a factorisation takes."""
        return self.offsets[3] + self.block.storage

    @property
    def workspace(self) -> int:
        """Numbers of scratch space that `factorise` and `solve` take."""
        return self.plan.size + 8

    @cached_property
    def _tables(self) -> dict:
        values = {**vars(self.plan.tables), "order": self.plan.order}
        return {n: table(self.module, f"lu{self.lanes}_{n}", v) for n, v in values.items()}

    @property
    def _limit(self) -> float:
        """Of the growth that is accepted."""
        pattern = self.plan.pattern
        return LAST_LIMIT if pattern.last > pattern.borders else LIMIT

    def factorise(self, name: str) -> ir.Function:
        """`name(values, shift, lu, work)`: factorise shift I - A, A's values in the order of its pattern.

        Where the elimination needs pivoting (`Growth`), all inverted pivots are NaN, and so is every solution.
        """
        code = Code(self.module, name, 4)
        values, shift, lu, work = code.arguments
        shifts = [code.load(shift, i, self.number) for i in range(self.shifts)]
        growth = Growth(code, self.number)
        with code.loop(0, self.workspace) as i:
            code.store(zero(self.number), work, i)
        with code.loop(0, self.head) as i:
            self._reduce_row(code, values, shifts, lu, work, i, growth)
            self._keep_sparse_row(code, lu, work, i, growth)
        block = code.at(lu, self.offsets[3], self.number)
        with code.loop(self.head, self.plan.size) as i:
            self._reduce_row(code, values, shifts, lu, work, i, growth)
            with code.loop(0, self.plan.tail) as j:
                at = code.add(j, self.head)
                row = code.multiply(code.build.sub(i, code.i64(self.head)), self.block.stride)
                code.store(code.load(work, at, self.number), block, code.add(row, j))
                code.store(zero(self.number), work, at)
        if self.plan.tail:
            growth = self._factorise_block(code, block, work, growth)
        self._multiply_pivots(code, lu, growth.verdict(self._limit))
        code.build.ret_void()
        return code.function

    def _factorise_block(self, code: Code, block, work, growth: Growth) -> Growth:
        spare = code.at(work, self.plan.size, self.number)
        code.store(growth.value(), spare, 0)
        code.build.call(self.block.factorise(), [block, spare])
        return Growth(code, self.number, code.load(spare, 0, self.number))

    def _multiply_pivots(self, code: Code, lu, factor) -> None:
        _, _, pivots, block = self.offsets
        for start, count in ((pivots, self.head), (block + self.block.pivots, self.plan.tail)):
            with code.loop(start, start + count) as i:
                code.store(code.build.fmul(code.load(lu, i, self.number), factor), lu, i)

    def _scatter_row(self, code: Code, values, shifts, work, i) -> None:
        """Row i of shift I - A; that of a border times its factor."""
        t, factor, diagonal, pattern = self._tables, None, shifts[0], self.plan.pattern
        if pattern.borders:
            in_border = code.build.icmp_signed(">=", i, code.i64(pattern.states))
            constant = code.build.icmp_signed(">=", i, code.i64(pattern.size - pattern.constant_rows))
            own = code.build.select(constant, shifts[1], shifts[2])
            one = code.splat(ir.Constant(DOUBLE, 1.0), self.number)
            factor, diagonal = (code.build.select(in_border, own, other) for other in (one, diagonal))
        with code.loop(code.entry(t["a_start"], i), code.entry(t["a_start"], code.add(i, 1))) as a:
            value = code.load(values, code.entry(t["a_index"], a), self.number)
            value = code.build.fmul(value, factor) if factor else value
            code.store(code.build.fneg(value), work, code.entry(t["a_column"], a))
        code.store(code.build.fadd(code.load(work, i, self.number), diagonal), work, i)

    def _reduce_row(self, code: Code, values, shifts, lu, work, i, growth: Growth) -> None:
        """Scatter row i of shift I - A into `work` and subtract the multiples of the sparse pivot rows."""
        t, lower, (_, upper, pivots, _) = self._tables, lu, self.offsets
        self._scatter_row(code, values, shifts, work, i)
        with code.loop(code.entry(t["l_start"], i), code.entry(t["l_start"], code.add(i, 1))) as e:
            k = code.entry(t["l_column"], e)
            pivot = code.load(lu, code.add(k, pivots), self.number)
            multiple = code.build.fmul(code.load(work, k, self.number), pivot)
            code.store(zero(self.number), work, k)
            code.store(multiple, lower, e)
            growth.add(multiple)
            with code.loop(code.entry(t["u_start"], k), code.entry(t["u_start"], code.add(k, 1))) as u:
                j = code.entry(t["u_column"], u)
                reduced = code.minus_product(
                    code.load(work, j, self.number), multiple, code.load(lu, code.add(u, upper), self.number)
                )
                code.store(reduced, work, j)

    def _keep_sparse_row(self, code: Code, lu, work, i, growth: Growth) -> None:
        """Invert the pivot of row i and move what stands right of it from `work` to the upper factor."""
        t, (_, upper, pivots, _) = self._tables, self.offsets
        one = code.splat(ir.Constant(DOUBLE, 1.0), self.number)
        pivot = code.load(work, i, self.number)
        inverse = code.build.fdiv(one, pivot)
        code.store(inverse, lu, code.add(i, pivots))
        growth.add_pivot(pivot, inverse)
        code.store(zero(self.number), work, i)
        with code.loop(code.entry(t["u_start"], i), code.entry(t["u_start"], code.add(i, 1))) as u:
            j = code.entry(t["u_column"], u)
            code.store(code.load(work, j, self.number), lu, code.add(u, upper))
            code.store(zero(self.number), work, j)

    def solve(self, name: str) -> ir.Function:
        """`name(lu, b, x, work)`: solve for x; b and x in the order of A, and they may be the same array."""
        code = Code(self.module, name, 4)
        code.function.args[1].attributes.discard("noalias")
        code.function.args[2].attributes.discard("noalias")
        lu, b, x, work = code.arguments
        t, (_, upper, pivots, start) = self._tables, self.offsets
        with code.loop(0, self.plan.size) as i:
            right = code.load(b, code.entry(t["order"], i), self.number)
            reduced = self._subtract(code, right, lu, 0, "l", i, work)
            code.store(reduced, work, i)
        if self.plan.tail:
            block, tail = code.at(lu, start, self.number), code.at(work, self.head, self.number)
            code.build.call(self.block.solve(), [block, tail])
        with code.loop(0, self.head) as back:
            i = code.build.sub(code.i64(self.head - 1), back)
            reduced = self._subtract(code, code.load(work, i, self.number), lu, upper, "u", i, work)
            pivot = code.load(lu, code.add(i, pivots), self.number)
            code.store(code.build.fmul(reduced, pivot), work, i)
        with code.loop(0, self.plan.size) as i:
            code.store(code.load(work, i, self.number), x, code.entry(t["order"], i))
        code.build.ret_void()
        return code.function

    def solve_transposed(self, name: str) -> ir.Function:
        """`name(lu, b, x, work)`: solve with the transpose; b and x in the order of A, and may be the same array."""
        code = Code(self.module, name, 4)
        code.function.args[1].attributes.discard("noalias")
        code.function.args[2].attributes.discard("noalias")
        lu, b, x, work = code.arguments
        t, (_, upper, pivots, start) = self._tables, self.offsets
        with code.loop(0, self.plan.size) as i:
            code.store(code.load(b, code.entry(t["order"], i), self.number), work, i)
        with code.loop(0, self.head) as i:
            known = code.build.fmul(code.load(work, i, self.number), code.load(lu, code.add(i, pivots), self.number))
            code.store(known, work, i)
            self._subtract_from_others(code, known, lu, upper, "u", i, work)
        if self.plan.tail:
            block, tail = code.at(lu, start, self.number), code.at(work, self.head, self.number)
            code.build.call(self.block.solve_transposed(), [block, tail])
        with code.loop(0, self.plan.size) as back:
            i = code.build.sub(code.i64(self.plan.size - 1), back)
            self._subtract_from_others(code, code.load(work, i, self.number), lu, 0, "l", i, work)
        with code.loop(0, self.plan.size) as i:
            code.store(code.load(work, i, self.number), x, code.entry(t["order"], i))
        code.build.ret_void()
        return code.function

    def _subtract_from_others(self, code: Code, known, lu, offset: int, side: str, i, work) -> None:
        """Row i of a factor times `known`, subtracted from the elements of `work` that it stands for."""
        t = self._tables
        with code.loop(code.entry(t[f"{side}_start"], i), code.entry(t[f"{side}_start"], code.add(i, 1))) as e:
            j = code.entry(t[f"{side}_column"], e)
            factor = code.load(lu, code.add(e, offset), self.number)
            code.store(code.minus_product(code.load(work, j, self.number), factor, known), work, j)

    def _subtract(self, code: Code, value, lu, offset: int, side: str, i, work):
        """`value` minus the sum of row i of a factor times the solution so far."""
        t = self._tables
        total = code.variable(value)
        with code.loop(code.entry(t[f"{side}_start"], i), code.entry(t[f"{side}_start"], code.add(i, 1))) as e:
            known = code.load(work, code.entry(t[f"{side}_column"], e), self.number)
            factor = code.load(lu, code.add(e, offset), self.number)
            code.build.store(code.minus_product(code.value(total), factor, known), total, align=8)
        return code.value(total)
