"""LLVM IR of the transpose of a Rosenbrock step's derivative: what is given to its results, given to its arguments.

The stages are computed anew. With M = I / (gamma h) - J, bars for what is given to a value, and the notation of
`RosenbrockStep`, from the last stage to the first

    w_i = M^-T bar U_i         bar J += w_i U_i^T         bar Y_i = (df/dy)^T w_i
    bar U_j += (c_ij / h) w_i + a_ij bar Y_i  (j < i)     bar y += bar Y_i

and in the end what J gives to y, to the coefficients and to the parameters of the modifiers.
"""

from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from eqxfuse._llvm.algebra.builder import DOUBLE, POINTER, Code, table, zero
from eqxfuse._llvm.step.reversed_modifiers import ReversedModifierCode, ReversedModifying
from eqxfuse._llvm.step.rosenbrock import RosenbrockStep

COTANGENT = "cotangent"
"""The argument behind those of the step: what is given to its results."""

RHS, JACOBIAN = "rhs_reverse", "jacobian_reverse"
"""Programs whose functions stand beside the step's: the transposes of the derivatives of f and of the Jacobian."""


@dataclass(frozen=True, eq=False)
class RosenbrockReverse:
    """Emits `@{name}(arguments..., cotangent, out, work)`, on numbers of `step.lu.lanes` lanes. The step is one with
    given coefficients.

    `out` holds what is given to each argument, one behind the other. `reversed_modifying` is that of the step's
    modifiers.
    """

    step: RosenbrockStep
    reversed_modifying: ReversedModifying | None

    @property
    def names(self) -> list[str]:
        return [*self.step.names, COTANGENT]

    @property
    def layout(self) -> dict[str, int]:
        """Where each part of the work space behind that of the step begins [numbers]; `end` is its size."""
        step, states = self.step, self.step.states
        coefficients, modifying = step.signature.length("k"), self.reversed_modifying
        modified = step.modifying.layout if step.modifying else {"modifiers": 0, "slopes": 0}
        parts = {
            "to_matrix": step.lu.plan.pattern.stored,
            "to_state": states,
            "w": step.size,
            "given": states + coefficients + modified["modifiers"] + modified["slopes"],
            **(modifying.work if modifying else {}),
            **{f"to_u{i}": states for i in range(step.method.stages)},
        }
        layout, position = {}, step.layout["end"]
        for name, length in parts.items():
            layout[name] = position
            position += -(-length // 8) * 8
        return {**layout, "end": position}

    def emit(self, name: str) -> ir.Function:
        step, number = self.step, self.step.lu.number
        code = Code(step.lu.module, name, len(self.names) + 2)
        *given, out, work = code.arguments
        arguments = dict(zip(self.names, given, strict=True))
        part = step.parts(code, work) | {n: code.at(work, start, number) for n, start in self.layout.items()}
        rates, inverse = step.forward(code, arguments, part)
        to = self._outputs(code, out)
        self._seed(code, arguments[COTANGENT], part)
        transposed = step.lu.solve_transposed(f"{name}_transposed")
        self._clear(code, part["to_matrix"], step.lu.plan.pattern.stored)
        change = code.variable(zero(number))
        modifiers = self._modifiers()
        for stage in reversed(range(step.method.stages)):
            self._copy(code, part[f"to_u{stage}"], part["w"])
            code.build.call(transposed, [part["lu"], part["w"], part["w"], part["temporary"]])
            self._to_matrix(code, part, stage)
            self._uncouple(code, part, stage, inverse, change, to)
            state = step.state(code, arguments["y"], part, stage)
            row = step.method.rows[stage]
            k, c = rates.at(row, state)
            self._to_arguments(code, RHS, modifiers, False, [state, k, c], part["w"], part, self._of_row(code, to, row))
            self._to_stages(code, part, stage, to)
        self._clear(code, part["to_state"], step.states)
        row = self._of_row(code, to, 0)
        start = [arguments["y"], *rates.at(0, arguments["y"])]
        self._to_arguments(code, JACOBIAN, modifiers, True, start, part["to_matrix"], part, row)
        self._add(code, part["to_state"], to["y"], step.states)
        square = code.build.fmul(inverse, inverse)
        code.store(code.build.fneg(code.build.fmul(square, code.value(change))), to["h"], 0)
        code.build.ret_void()
        return code.function

    def _modifiers(self) -> ReversedModifierCode | None:
        if not self.reversed_modifying:
            return None
        lu = self.step.lu
        return ReversedModifierCode(lu.module, self.reversed_modifying, lu.number, lu.lanes, self.step.states)

    def _outputs(self, code: Code, out) -> dict[str, Any]:
        """Where what is given to each argument is summed up, from 0 on."""
        to, position = {}, 0
        for argument in self.step.signature.arguments:
            to[argument.name] = code.at(out, position, self.step.lu.number)
            position += argument.array.length
        self._clear(code, out, position)
        return to

    def _of_row(self, code: Code, to: dict, row: int) -> dict[str, Any]:
        """Of k and c, a row."""
        signature = self.step.signature
        names = [name for name in ("k", "c") if name in to]
        return {name: code.at(to[name], row * signature.length(name), self.step.lu.number) for name in names}

    def _clear(self, code: Code, array, length: int) -> None:
        with code.loop(0, length) as i:
            code.store(zero(self.step.lu.number), array, i)

    def _add(self, code: Code, source, target, length: int) -> None:
        number = self.step.lu.number
        with code.loop(0, length) as i:
            code.store(code.build.fadd(code.load(target, i, number), code.load(source, i, number)), target, i)

    def _seed(self, code: Code, cotangent, part) -> None:
        """What the results give to the stages; the end of the step also gives to the last state, as "to_state"."""
        method, states, number = self.step.method, self.step.states, self.step.lu.number
        last = method.stages - 1
        with code.loop(0, states) as i:
            end, error, *dense = (
                code.load(cotangent, code.add(i, place * states), number) for place in range(method.outputs)
            )
            code.store(end, part["to_state"], i)
            for stage in range(method.stages):
                total = code.build.fadd(end, error) if stage == last else zero(number)
                for weights, value in zip(method.dense, dense, strict=True):
                    if weights[stage]:
                        total = code.fma(code.splat(ir.Constant(DOUBLE, weights[stage]), number), value, total)
                code.store(total, part[f"to_u{stage}"], i)

    def _copy(self, code: Code, source, target) -> None:
        """With zeros in the place of the borders."""
        step = self.step
        with code.loop(0, step.states) as i:
            code.store(code.load(source, i, step.lu.number), target, i)
        with code.loop(step.states, step.size) as i:
            code.store(zero(step.lu.number), target, i)

    def _to_matrix(self, code: Code, part, stage: int) -> None:
        """What M U = ... gives to the elements of J; those that are constant stand last and take nothing."""
        pattern, number, module = self.step.lu.plan.pattern, self.step.lu.number, self.step.lu.module
        rows, columns = (
            module.globals.get(name) or table(module, name, values)
            for name, values in (("matrix_rows", pattern.rows), ("matrix_columns", pattern.columns))
        )
        with code.loop(0, pattern.stored - len(pattern.constants)) as e:
            w = code.load(part["w"], code.entry(rows, e), number)
            u = code.load(part[f"u{stage}"], code.entry(columns, e), number)
            code.store(code.fma(w, u, code.load(part["to_matrix"], e, number)), part["to_matrix"], e)

    def _uncouple(self, code: Code, part, stage: int, inverse, change, to) -> None:
        """What the equation of a stage gives to the stages before it, to 1/h (`change`) and to h df/dt."""
        method, number = self.step.method, self.step.lu.number

        def times(factor: float, value):
            return code.build.fmul(code.splat(ir.Constant(DOUBLE, factor), number), value)

        coupled = [(j, c) for j, c in enumerate(method.c[stage]) if c]
        total = code.value(change)
        sums = code.variable(total)
        with code.loop(0, self.step.states) as i:
            w = code.load(part["w"], i, number)
            inner = times(-1.0 / method.gamma, code.load(part[f"u{stage}"], i, number))
            scaled = code.build.fmul(w, inverse)
            for j, c in coupled:
                inner = code.fma(code.splat(ir.Constant(DOUBLE, c), number), code.load(part[f"u{j}"], i, number), inner)
                factor = code.splat(ir.Constant(DOUBLE, c), number)
                code.store(code.fma(factor, scaled, code.load(part[f"to_u{j}"], i, number)), part[f"to_u{j}"], i)
            code.build.store(code.fma(w, inner, code.value(sums)), sums, align=8)
            if "drift" in to and method.slopes[stage]:
                slope = code.splat(ir.Constant(DOUBLE, method.slopes[stage]), number)
                code.store(code.fma(slope, w, code.load(to["drift"], i, number)), to["drift"], i)
        code.build.store(code.value(sums), change, align=8)

    def _to_arguments(self, code: Code, program: str, modifiers, slopes: bool, at: list, bar, part, to: dict) -> None:
        """What f, or the Jacobian, gives to the state ("to_state"), to k and to c; `at` are these three."""
        state, k, c = at
        step, number = self.step, self.step.lu.number
        equation = [state, k]
        if modifiers:
            assert step.modifying
            arrays = [part[name] for name in (*step.modifying.layout, "scratch")]
            code.build.call(modifiers.plain(step.modifying).function(slopes), [state, k, c, *arrays])
            equation += [part["modifiers"], *([part["slopes"]] if slopes else [])]
        arguments = [*equation, bar, part["given"], part["scratch"]]
        function = f"{program}{step.lu.lanes}"
        kind = ir.FunctionType(ir.VoidType(), [POINTER] * len(arguments))
        known = step.lu.module.globals.get(function)
        code.build.call(known if known is not None else ir.Function(step.lu.module, kind, function), arguments)
        coefficients = step.signature.length("k")
        self._add(code, part["given"], part["to_state"], step.states)
        self._add(code, code.at(part["given"], step.states, number), to["k"], coefficients)
        if modifiers:
            modifiers.call(code, slopes, [state, k, c], coefficients, part, to)

    def _to_stages(self, code: Code, part, stage: int, to) -> None:
        """What a state gives to the start and to the stages before; "to_state" is left empty."""
        number = self.step.lu.number
        weights = [(j, a) for j, a in enumerate(self.step.method.a[stage]) if a]
        with code.loop(0, self.step.states) as i:
            value = code.load(part["to_state"], i, number)
            code.store(code.build.fadd(code.load(to["y"], i, number), value), to["y"], i)
            for j, a in weights:
                factor = code.splat(ir.Constant(DOUBLE, a), number)
                code.store(code.fma(factor, value, code.load(part[f"to_u{j}"], i, number)), part[f"to_u{j}"], i)
            code.store(zero(number), part["to_state"], i)
