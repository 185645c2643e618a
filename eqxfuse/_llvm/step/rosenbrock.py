"""LLVM IR of a whole Rosenbrock step: Jacobian, factorisation, all stages, error and dense output.

For y' = f(t, y), in Hairer & Wanner's variables U (Solving ODEs II, section IV.7)

    (I / (gamma h) - J) U_i = f(t_i, y + sum_j<i a_ij U_j) + sum_j<i (c_ij / h) U_j + slope_i h df/dt

and the step ends at y + sum_j weights_j U_j. The output holds, each [species]: the end, the error, and the
coefficients of the interpolation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from eqxfuse._llvm.algebra.builder import DOUBLE, Code, numbers, zero
from eqxfuse._llvm.algebra.sparse_lu import SparseLU
from eqxfuse._llvm.step.balance import Balance
from eqxfuse._llvm.step.equation import Equation
from eqxfuse._llvm.step.method import Evaluation, Method
from eqxfuse._llvm.step.modifiers import ModifierCode, Modifying
from eqxfuse._llvm.step.rates import EvaluatedRates, GivenRates, Rates
from eqxfuse._llvm.step.signature import Signature
from eqxfuse._llvm.step.thermal import ThermalEquation, ThermalRates


@dataclass(frozen=True, eq=False)
class RosenbrockStep:
    """Emits `@{name}(arguments..., out, work)` on numbers of `lu.lanes` lanes; the arguments are those of `signature`,
    but for the table, in whose place stands what `emit_rows` takes.

    `rhs` and `jacobian` name functions of the module as `Equation` takes them, with `scratch` numbers of work space.
    """

    lu: SparseLU
    method: Method
    signature: Signature
    rhs: str
    jacobian: str
    scratch: int
    modifying: Modifying | None = None
    evaluation: Evaluation | None = None
    balance: Balance | None = None

    @property
    def size(self) -> int:
        """Unknowns of the linear systems."""
        return self.lu.plan.size

    @property
    def states(self) -> int:
        return self.lu.plan.pattern.states

    @property
    def layout(self) -> dict[str, int]:
        """Where each part of the work space begins [numbers], each aligned to 8 numbers; `end` is its size."""
        modifying, evaluation = self.modifying, self.evaluation
        parts = {
            "matrix": self.lu.plan.pattern.stored,
            "lu": self.lu.storage,
            "temporary": self.lu.workspace,
            "scratch": self.scratch,
            "state": self.states,
            "right": self.size,
            "scalars": 8,
            **(modifying.layout if modifying else {}),
            **(EvaluatedRates.work(evaluation, self.states) if evaluation else {}),
            **(ThermalEquation.work(self.balance) if self.balance else {}),
            **{f"u{i}": self.size for i in range(self.method.stages)},
        }
        layout, position = {}, 0
        for name, length in parts.items():
            layout[name] = position
            position += -(-length // 8) * 8
        return {**layout, "end": position}

    @property
    def names(self) -> list[str]:
        """Of the arguments."""
        plain = [a.name for a in self.signature.arguments if a.name != self.signature.table]
        return [*plain, "table"] if self.signature.table else plain

    def emit(self, name: str) -> ir.Function:
        code = Code(self.lu.module, name, len(self.names) + 2)
        *given, out, work = code.arguments
        part = self.parts(code, work)
        self.forward(code, dict(zip(self.names, given, strict=True)), part)
        self._results(code, out, part)
        code.build.ret_void()
        return code.function

    def parts(self, code: Code, work) -> dict:
        """The parts of the work space."""
        return {name: code.at(work, start, self.lu.number) for name, start in self.layout.items()}

    def forward(self, code: Code, arguments: dict, part) -> tuple[Rates, Any]:
        """Compute the stages; gives where coefficients are found, and 1/h."""
        name, number = code.function.name, self.lu.number
        modifiers = ModifierCode(self.lu.module, self.modifying, number, self.lu.lanes) if self.modifying else None
        rates = self._rates(code, modifiers, part, arguments)
        equation = rates.equation
        y = arguments["y"]
        inverse = self._inverse(code, arguments["h"], part)
        self._fill_borders(code, part)
        drift = rates.start(y)
        equation.df_dy(y, *rates.at(0, y), part["matrix"])
        rates.complete(y, part["matrix"])
        factorise = self.lu.factorise(f"{name}_factorise")
        code.build.call(factorise, [part["matrix"], part["scalars"], part["lu"], part["temporary"]])
        solve = self.lu.solve(f"{name}_solve")
        for stage in range(self.method.stages):
            state = self.state(code, y, part, stage)
            if stage or not rates.starts:
                equation.f(state, *rates.at(self.method.rows[stage], state), part["right"])
            self._couple(code, part, stage, inverse, drift)
            self._couple_totals(code, part, stage, drift, rates.drifting_totals)
            code.build.call(solve, [part["lu"], part["right"], part[f"u{stage}"], part["temporary"]])
        return rates, inverse

    def _rates(self, code: Code, modifiers: ModifierCode | None, part, arguments: dict) -> Rates:
        common = code, self.lu.number, self.rhs, self.jacobian, modifiers, part
        if not self.evaluation:
            return GivenRates(Equation(*common), self.signature, arguments)
        if not self.balance:
            return EvaluatedRates(Equation(*common), self.evaluation, self.signature, arguments)
        equation = ThermalEquation(*common, self.balance, arguments["p"])
        moving = bool(self.method.slopes)
        return ThermalRates(equation, self.evaluation, self.signature, arguments, self.lu.plan.pattern, moving)

    def _inverse(self, code: Code, h, part):
        """1/h; the shifts of the factorisation, 1 / (gamma h) and 1, are put into their places."""
        number = self.lu.number
        one = code.splat(ir.Constant(DOUBLE, 1.0), number)
        inverse = code.build.fdiv(one, code.load(h, 0, number))
        gamma = code.splat(ir.Constant(DOUBLE, 1.0 / self.method.gamma), number)
        shift = code.build.fmul(gamma, inverse)
        for i, value in enumerate((shift, shift, one)[: self.lu.shifts]):
            code.store(value, part["scalars"], i)
        return inverse

    def _fill_borders(self, code: Code, part) -> None:
        """What is the same in all steps: the constants of the matrix, and zeros behind the right-hand sides."""
        pattern, number = self.lu.plan.pattern, self.lu.number
        if pattern.borders:
            with code.loop(self.states, self.size) as i:
                code.store(zero(number), part["right"], i)
        if len(pattern.constants):
            constants = numbers(self.lu.module, f"{code.function.name}_constants", pattern.constants)
            end = code.at(part["matrix"], pattern.stored - len(pattern.constants), number)
            with code.loop(0, len(pattern.constants)) as i:
                code.store(code.splat(code.load(constants, i, DOUBLE), number), end, i)

    def _couple(self, code: Code, part, stage: int, inverse, drift) -> None:
        """Add to a stage's f what stages before it and the change with time contribute."""
        number = self.lu.number
        couplings = zip(self.method.c[stage], self._stages(part), strict=False)
        terms = [(code.build.fmul(code.splat(ir.Constant(DOUBLE, c), number), inverse), u) for c, u in couplings]
        if drift and self.method.slopes[stage]:
            terms += [(code.splat(ir.Constant(DOUBLE, self.method.slopes[stage]), number), drift)]
        if terms:
            self._combine(code, part["right"], part["right"], terms)

    def _couple_totals(self, code: Code, part, stage: int, drift, totals: int) -> None:
        """What the totals' own change with time contributes: it stands in their rows, and so reaches all states."""
        if not totals:
            return
        slope = code.splat(ir.Constant(DOUBLE, self.method.slopes[stage]), self.lu.number)
        with code.loop(self.states, self.states + totals) as i:
            code.store(code.build.fmul(slope, code.load(drift, i, self.lu.number)), part["right"], i)

    def state(self, code: Code, y, part, stage: int):
        """Where the state of a stage stands: y itself, or y plus a combination of the stages before."""
        if stage == 0:
            return y
        weights = zip(self.method.a[stage], self._stages(part), strict=False)
        terms = [(code.splat(ir.Constant(DOUBLE, a), self.lu.number), u) for a, u in weights if a]
        self._combine(code, part["state"], y, terms)
        return part["state"]

    def _stages(self, part) -> list:
        return [part[f"u{j}"] for j in range(self.method.stages)]

    def _combine(self, code: Code, target, start, terms: Sequence[tuple]) -> None:
        """target = start + the sum of weights times vectors, state by state."""
        with code.loop(0, self.states) as i:
            value = code.load(start, i, self.lu.number)
            for weight, vector in terms:
                value = code.fma(weight, code.load(vector, i, self.lu.number), value)
            code.store(value, target, i)

    def _results(self, code: Code, out, part) -> None:
        number, last = self.lu.number, self.method.stages - 1
        with code.loop(0, self.states) as i:
            error = code.load(part[f"u{last}"], i, number)
            code.store(code.build.fadd(code.load(part["state"], i, number), error), out, i)
            code.store(error, out, code.add(i, self.states))
            stages = [code.load(u, i, number) for u in self._stages(part)]
            for row, weights in enumerate(self.method.dense):
                value = zero(number)
                for weight, stage in zip(weights, stages, strict=True):
                    if weight:
                        value = code.fma(code.splat(ir.Constant(DOUBLE, weight), number), stage, value)
                code.store(value, out, code.add(i, (2 + row) * self.states))
