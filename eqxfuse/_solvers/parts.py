"""What a native step of a fused right-hand side is made of, and the same step as arithmetic in JAX."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._kernels import Kernel
from eqxfuse._llvm.step.signature import Signature
from eqxfuse._program.pattern import Pattern
from eqxfuse._rhs.coefficients import coefficients
from eqxfuse._rhs.modifiers import Modifiers
from eqxfuse._rhs.rate_rows import RateRows
from eqxfuse._rhs.sparse_matrix import stored_values
from eqxfuse._rhs.thermal_equation import ThermalEquation
from eqxfuse._solvers.step import rosenbrock_step
from eqxfuse._solvers.tableau import RosenbrockTableau


def stage_times(tableau: RosenbrockTableau) -> np.ndarray:
    """The different times of the stages, in parts of the step, from 0 on."""
    return np.unique(tableau.nodes)


@dataclass(frozen=True)
class Parts:
    """All of it is static."""

    tableau: RosenbrockTableau
    rhs: Kernel
    jacobian: Kernel
    pattern: Pattern
    modifiers: Modifiers | None
    moving: bool
    """Whether coefficients change with time."""
    rates: RateRows | None = None
    """How the step evaluates its coefficients; None where they are given."""
    equation: ThermalEquation | None = None
    """Of a gas that heats and cools; None where the temperature is no state."""

    @property
    def rows(self) -> tuple[int, ...]:
        """For each stage the row of its coefficients."""
        nodes = self.tableau.nodes
        return tuple(np.searchsorted(stage_times(self.tableau), nodes).tolist()) if self.moving else (0,) * len(nodes)

    @property
    def signature(self) -> Signature:
        """The arguments of the step."""
        states, times = self.pattern.states, max(self.rows) + 1
        if self.rates:
            parameters = self.equation.energy.parameters if self.equation else None
            return Signature.evaluated(states, times, len(self.rates.network.fields), self.rates.joined, parameters)
        parameters = self.modifiers.count if self.modifiers else 0
        return Signature.given(states, times, self.rhs.program.inputs[1].length, parameters, self.moving)


def plain_step(parts: Parts, *inputs):
    """[2 + dense terms, species]: the end of the step, the error, the dense output.

    `inputs` are the arguments of `parts.signature`.
    """
    given = parts.signature.named(inputs)
    y, h = given["y"], jnp.reshape(given["h"], ())
    y1, error, dense = rosenbrock_step(parts.tableau, _equation(parts, given, y), y, h)
    return jnp.concatenate([jnp.stack([y1, error]), dense])


def _equation(parts: Parts, given: dict, y) -> "_Tabulated | _Thermal":
    if parts.equation:
        return _Thermal(parts, parts.equation, given)
    if not parts.rates:
        return _Tabulated(parts, given["k"], given.get("c"), given.get("drift", jnp.zeros_like(y)))
    own = parts.rates
    table = own.of(given[own.joined.name])

    def rates(fields):
        conditions = Conditions.from_vector(fields, own.network.parameters)
        k = coefficients(own.network, own.state, table, conditions)
        return k, parts.modifiers.parameters(table, conditions) if parts.modifiers else None

    def f(fields):
        k, c = rates(fields)
        return _Tabulated(parts, k[None], None if c is None else c[None], None).f(0, y)

    k, c = jax.vmap(rates)(given["conditions"])
    return _Tabulated(parts, k, c, jax.jvp(f, (given["conditions"][0],), (given["change"],))[1])


class _Tabulated:
    """The equation of a step as `rosenbrock_step` takes it, with rows of coefficients and of modifiers' parameters."""

    def __init__(self, parts: Parts, k, parameters, drift):
        self.parts, self.k, self.parameters, self.drift = parts, k, parameters, drift

    def start(self, y):
        return self.f(0, y), self.drift

    def stage(self, i, y):
        return self.f(jnp.asarray(self.parts.rows)[i] if self.parts.moving else 0, y)

    def f(self, row, y):
        modifiers = self.parts.modifiers
        more = [modifiers(y, self.k[row], self.parameters[row])] if modifiers else []
        return self.parts.rhs(y, self.k[row], *more)

    def factorise(self, y, h):
        from eqxfuse._kernels.cpu.sparse_solve import sparse_solver

        modifiers = self.parts.modifiers
        more = modifiers.with_slopes(y, self.k[0], self.parameters[0]) if modifiers else ()
        values = stored_values(self.parts.pattern, self.parts.jacobian(y, self.k[0], *more))
        return sparse_solver(self.parts.pattern, values, h)


class _Thermal:
    """The equation of a step of a gas that heats and cools."""

    def __init__(self, parts: Parts, equation: ThermalEquation, given: dict):
        assert parts.rates
        self.parts, self.equation = parts, equation
        self.conditions, self.change = given["conditions"], given["change"]
        self.table = parts.rates.of(given[parts.rates.joined.name])
        self.thermal = equation.energy.thermal(given["p"])

    def start(self, y):
        if not self.parts.moving:
            return self.f(self.conditions[0], y), jnp.zeros_like(y)
        return jax.jvp(lambda conditions: self.f(conditions, y), (self.conditions[0],), (self.change,))

    def stage(self, i, y):
        return self.f(self.conditions[jnp.asarray(self.parts.rows)[i]], y)

    def f(self, conditions, y):
        return self.equation(self.table, self.thermal, self._conditions(conditions), y)

    def _conditions(self, fields) -> Conditions:
        return Conditions.from_vector(fields, self.equation.network.parameters)

    def factorise(self, y, h):
        from eqxfuse._kernels.cpu.sparse_solve import sparse_solver

        matrix = self.equation.jacobian(self.table, self.thermal, self._conditions(self.conditions[0]), y)
        return sparse_solver(self.parts.pattern, matrix.values, h)
