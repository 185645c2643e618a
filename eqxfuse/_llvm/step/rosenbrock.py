"""LLVM IR of a whole Rosenbrock step: Jacobian, factorisation, all stages, error and dense output.

For y' = f(t, y), in Hairer & Wanner's variables U (Solving ODEs II, section IV.7)

    (I / (gamma h) - J) U_i = f(t_i, y + sum_j<i a_ij U_j) + sum_j<i (c_ij / h) U_j + slope_i h df/dt

and the step ends at y + sum_j weights_j U_j. The output holds, each [species]: the end, the error, and the
coefficients of the interpolation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from llvmlite import ir

from eqxfuse._llvm.algebra.builder import DOUBLE, POINTER, Code, numbers, zero
from eqxfuse._llvm.algebra.sparse_lu import SparseLU
from eqxfuse._llvm.step.modifiers import ModifierCode, Modifying


@dataclass(frozen=True)
class Method:
    """The numbers of a stiffly accurate Rosenbrock method; `a` and `c` strictly lower, one row a stage.

    Coefficients come in rows, of which stage i takes `rows[i]` and the Jacobian the first; there are `slopes` where
    they change with time.
    """

    gamma: float
    a: tuple[tuple[float, ...], ...]
    c: tuple[tuple[float, ...], ...]
    dense: tuple[tuple[float, ...], ...]
    rows: tuple[int, ...]
    slopes: tuple[float, ...]

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
    work space; `reactions` is the number of coefficients in a row. With `modifying`, the step takes its parameters
    behind k, `rhs` the modifiers, and `jacobian` the modifiers and their slopes. A method with slopes takes h df/dt in
    front of h.
    """

    lu: SparseLU
    method: Method
    rhs: str
    jacobian: str
    reactions: int
    scratch: int
    modifying: Modifying | None = None

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
        parts = {
            "matrix": self.lu.plan.pattern.stored,
            "lu": self.lu.storage,
            "temporary": self.lu.workspace,
            "scratch": self.scratch,
            "state": self.states,
            "right": self.size,
            "scalars": 8,
            **(self.modifying.layout if self.modifying else {}),
            **{f"u{i}": self.size for i in range(self.method.stages)},
        }
        layout, position = {}, 0
        for name, length in parts.items():
            layout[name] = position
            position += -(-length // 8) * 8
        return {**layout, "end": position}

    def emit(self, name: str) -> ir.Function:
        code = Code(self.lu.module, name, 5 + bool(self.modifying) + bool(self.method.slopes))
        y, k, *rest, h, out, work = code.arguments
        parameters, drift = rest[: bool(self.modifying)], rest[bool(self.modifying) :]
        number = self.lu.number
        part = {n: code.at(work, start, number) for n, start in self.layout.items()}
        one = code.splat(ir.Constant(DOUBLE, 1.0), number)
        inverse = code.build.fdiv(one, code.load(h, 0, number))
        gamma = code.splat(ir.Constant(DOUBLE, 1.0 / self.method.gamma), number)
        for i in range(self.lu.shifts):
            code.store(code.build.fmul(gamma, inverse), part["scalars"], i)
        self._fill_borders(code, part)
        modify, slopes = self._modify(code, part, parameters)
        code.build.call(self._declared(self.jacobian), [y, k, *slopes(y, k, 0), part["matrix"], part["scratch"]])
        factorise = self.lu.factorise(f"{name}_factorise")
        code.build.call(factorise, [part["matrix"], part["scalars"], part["lu"], part["temporary"]])
        solve = self.lu.solve(f"{name}_solve")
        for stage in range(self.method.stages):
            state = self._state(code, y, part, stage)
            row = self.method.rows[stage]
            own = code.at(k, row * self.reactions, number)
            modifiers = modify(state, own, row)
            code.build.call(self._declared(self.rhs), [state, own, *modifiers, part["right"], part["scratch"]])
            self._couple(code, part, stage, inverse, drift)
            code.build.call(solve, [part["lu"], part["right"], part[f"u{stage}"], part["temporary"]])
        self._results(code, out, part)
        code.build.ret_void()
        return code.function

    def _fill_borders(self, code: Code, part) -> None:
        """What is the same in all steps: the constants of the matrix, and zeros behind the right-hand sides."""
        pattern, number = self.lu.plan.pattern, self.lu.number
        with code.loop(self.states, self.size) as i:
            code.store(zero(number), part["right"], i)
        if len(pattern.constants):
            constants = numbers(self.lu.module, "lu_constants", pattern.constants)
            end = code.at(part["matrix"], pattern.stored - len(pattern.constants), number)
            with code.loop(0, len(pattern.constants)) as i:
                code.store(code.splat(code.load(constants, i, DOUBLE), number), end, i)

    def _modify(self, code: Code, part, parameters):
        """Two functions of a state and of coefficients and their row: each writes a call, and gives the arrays that
        `rhs` and `jacobian` take in addition.
        """
        modifying = self.modifying
        if not modifying:
            return (lambda state, k, row: ()), (lambda state, k, row: ())
        number, lanes = self.lu.number, self.lu.lanes
        emitter = ModifierCode(self.lu.module, modifying, number, lanes)
        modifiers, slopes = emitter.emit(f"modifiers{lanes}", False), emitter.emit(f"slopes{lanes}", True)
        work = [part[name] for name in (*modifying.layout, "scratch")]

        def call(function, state, k, row, *arrays):
            code.build.call(function, [state, k, code.at(parameters[0], row * modifying.parameters, number), *work])
            return arrays

        return (
            lambda state, k, row: call(modifiers, state, k, row, part["modifiers"]),
            lambda state, k, row: call(slopes, state, k, row, part["modifiers"], part["slopes"]),
        )

    def _couple(self, code: Code, part, stage: int, inverse, drift) -> None:
        """Add to a stage's f what stages before it and the change with time contribute."""
        number = self.lu.number
        couplings = zip(self.method.c[stage], self._stages(part), strict=False)
        terms = [(code.build.fmul(code.splat(ir.Constant(DOUBLE, c), number), inverse), u) for c, u in couplings]
        if drift and self.method.slopes[stage]:
            terms += [(code.splat(ir.Constant(DOUBLE, self.method.slopes[stage]), number), drift[0])]
        if terms:
            self._combine(code, part["right"], part["right"], terms)

    def _state(self, code: Code, y, part, stage: int):
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
        """target = start + the sum of weights times vectors, element by element."""
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

    def _declared(self, name: str) -> ir.Function:
        known = self.lu.module.globals.get(name)
        more = (1 if name == self.rhs else 2) if self.modifying else 0
        kind = ir.FunctionType(ir.VoidType(), [POINTER] * (4 + more))
        return known if known is not None else ir.Function(self.lu.module, kind, name)
