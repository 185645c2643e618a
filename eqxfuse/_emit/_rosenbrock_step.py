"""LLVM IR of a whole Rosenbrock step: Jacobian, factorisation, all stages, error and dense output.

For y' = f(y) with constant coefficients. In Hairer & Wanner's variables U (Solving ODEs II, section IV.7)

    (I / (gamma h) - J) U_i = f(y + sum_j<i a_ij U_j) + sum_j<i (c_ij / h) U_j

and the step ends at y + sum_j weights_j U_j. The output holds, each [species]: the end, the error, and the
coefficients of the interpolation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from llvmlite import ir

from eqxfuse._emit._loops import DOUBLE, POINTER, Code, zero
from eqxfuse._emit._sparse_lu import SparseLU


@dataclass(frozen=True)
class Method:
    """The numbers of a stiffly accurate Rosenbrock method; `a` and `c` strictly lower, one row a stage."""

    gamma: float
    a: tuple[tuple[float, ...], ...]
    c: tuple[tuple[float, ...], ...]
    dense: tuple[tuple[float, ...], ...]

    @property
    def stages(self) -> int:
        return len(self.a)

    @property
    def outputs(self) -> int:
        """Vectors that a step gives: end, error, dense output."""
        return 2 + len(self.dense)


@dataclass(frozen=True, eq=False)
class RosenbrockStep:
    """Emits `@{name}(y, k, h, out, work)` on numbers of `lu.lanes` lanes.

    `rhs` and `jacobian` name functions `(y, k, out, work)` of the module on the same numbers, with `scratch` numbers of
    work space; `stored` is the number of Jacobian values.
    """

    lu: SparseLU
    method: Method
    rhs: str
    jacobian: str
    stored: int
    scratch: int

    @property
    def size(self) -> int:
        return self.lu.plan.size

    @property
    def layout(self) -> dict[str, int]:
        """Where each part of the work space begins [numbers], each aligned to 8 numbers; `end` is its size."""
        parts = {
            "matrix": self.stored,
            "lu": self.lu.storage,
            "temporary": self.lu.workspace,
            "scratch": self.scratch,
            "state": self.size,
            "right": self.size,
            "scalars": 8,
            **{f"u{i}": self.size for i in range(self.method.stages)},
        }
        layout, position = {}, 0
        for name, length in parts.items():
            layout[name] = position
            position += -(-length // 8) * 8
        return {**layout, "end": position}

    def emit(self, name: str) -> ir.Function:
        code = Code(self.lu.module, name, 5)
        y, k, h, out, work = code.arguments
        number = self.lu.number
        part = {n: code.at(work, start, number) for n, start in self.layout.items()}
        one = code.splat(ir.Constant(DOUBLE, 1.0), number)
        inverse = code.build.fdiv(one, code.load(h, 0, number))
        gamma = code.splat(ir.Constant(DOUBLE, 1.0 / self.method.gamma), number)
        code.store(code.build.fmul(gamma, inverse), part["scalars"], 0)
        code.build.call(self._declared(self.jacobian), [y, k, part["matrix"], part["scratch"]])
        factorise = self.lu.factorise(f"{name}_factorise")
        code.build.call(factorise, [part["matrix"], part["scalars"], part["lu"], part["temporary"]])
        solve = self.lu.solve(f"{name}_solve")
        for stage in range(self.method.stages):
            state = self._state(code, y, part, stage)
            code.build.call(self._declared(self.rhs), [state, k, part["right"], part["scratch"]])
            couplings = [
                code.build.fmul(code.splat(ir.Constant(DOUBLE, c), number), inverse) for c in self.method.c[stage]
            ]
            if couplings:
                self._combine(code, part["right"], part["right"], couplings, part)
            code.build.call(solve, [part["lu"], part["right"], part[f"u{stage}"], part["temporary"]])
        self._results(code, out, part)
        code.build.ret_void()
        return code.function

    def _state(self, code: Code, y, part, stage: int):
        """Where the state of a stage stands: y itself, or y plus a combination of the stages before."""
        if stage == 0:
            return y
        weights = [code.splat(ir.Constant(DOUBLE, a), self.lu.number) for a in self.method.a[stage]]
        self._combine(code, part["state"], y, weights, part, skip=[a == 0.0 for a in self.method.a[stage]])
        return part["state"]

    def _combine(self, code: Code, target, start, weights, part, skip: Sequence[bool] = ()) -> None:
        """target = start + the sum of weights times stages (which may be skipped), element by element."""
        with code.loop(0, self.size) as i:
            value = code.load(start, i, self.lu.number)
            for j, weight in enumerate(weights):
                if not (skip and skip[j]):
                    value = code.fma(weight, code.load(part[f"u{j}"], i, self.lu.number), value)
            code.store(value, target, i)

    def _results(self, code: Code, out, part) -> None:
        number, last = self.lu.number, self.method.stages - 1
        with code.loop(0, self.size) as i:
            error = code.load(part[f"u{last}"], i, number)
            code.store(code.build.fadd(code.load(part["state"], i, number), error), out, i)
            code.store(error, out, code.add(i, self.size))
            stages = [code.load(part[f"u{j}"], i, number) for j in range(self.method.stages)]
            for row, weights in enumerate(self.method.dense):
                value = zero(number)
                for weight, stage in zip(weights, stages, strict=True):
                    if weight:
                        value = code.fma(code.splat(ir.Constant(DOUBLE, weight), number), stage, value)
                code.store(value, out, code.add(i, (2 + row) * self.size))

    def _declared(self, name: str) -> ir.Function:
        known = self.lu.module.globals.get(name)
        kind = ir.FunctionType(ir.VoidType(), [POINTER] * 4)
        return known if known is not None else ir.Function(self.lu.module, kind, name)
