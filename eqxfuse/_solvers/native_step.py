"""The step of a fused right-hand side, where the whole of it can be one native call."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
from diffrax._term import WrapTerm
from jaxtyping import Array, Float

from eqxfuse._kernels import Kernel
from eqxfuse._program.pattern import Pattern
from eqxfuse._rhs.coefficients import RateCoefficients
from eqxfuse._rhs.fused import FusedRHS, jacobian_kernel
from eqxfuse._rhs.modifiers import Modifiers
from eqxfuse._rhs.sparse_matrix import stored_values
from eqxfuse._solvers.step import Step, rosenbrock_step
from eqxfuse._solvers.tableau import RosenbrockTableau

_log = logging.getLogger("eqxfuse")


def native_step(
    tableau: RosenbrockTableau, terms: diffrax.AbstractTerm, t, dt, y: Float[Array, "species"], args: Any, h
) -> Step | None:
    """One step from `t` over `dt`, as `rosenbrock_step` makes it, or None where it takes several calls.

    One call needs an `llvm` right-hand side in float64. Laws that depend on abundances have to consist of elementwise
    arithmetic.
    """
    wrapped = isinstance(terms, WrapTerm)
    rhs = getattr(terms.term if wrapped else terms, "vector_field", None)
    if not isinstance(rhs, FusedRHS) or rhs.kernel.backend != "llvm" or rhs.kernel.program.compensated:
        return None
    if y.dtype != jnp.float64:
        return None
    moving = callable(rhs.bound if args is None else args)
    direction = terms.direction if wrapped else 1

    def coefficients(t):
        return jax.tree.map(jnp.asarray, rhs.coefficients(t * direction, args))

    table, drift = _changing(tableau, coefficients, t, dt, rhs, y) if moving else (_one_row(coefficients(t)), [])
    inputs, modifiers = [table.k], None
    if rhs.table.layout.modified:
        modifiers = rhs.modifying(table.conditions)
        if scalar_modifiers(modifiers) is None:
            return None
        inputs.append(jax.vmap(lambda k, c: modifiers.parameters(rhs.table, c))(table.k, table.conditions))
    jacobian, pattern = jacobian_kernel(rhs.network, "llvm")
    parts = Parts(tableau, rhs.kernel, jacobian, pattern, modifiers, moving)
    result = _step(parts, y, *(values.astype(y.dtype) for values in (*inputs, *drift)), h)
    return result[0], result[1], result[2:]


def _one_row(coefficients: RateCoefficients) -> RateCoefficients:
    return jax.tree.map(lambda leaf: leaf[None], coefficients)


def _changing(tableau: RosenbrockTableau, coefficients: Callable, t, dt, rhs: FusedRHS, y):
    """Coefficients at the times of the stages, a row for each of `_times`, and dt times df/dt at the start."""
    first, change = jax.jvp(coefficients, (t,), (dt,))
    drift = jax.jvp(lambda c: rhs(t, y, c), (first,), (change,))[1]
    later = jax.vmap(lambda node: coefficients(t + node * dt))(jnp.asarray(_times(tableau)[1:], t.dtype))
    return jax.tree.map(lambda *rows: jnp.concatenate(rows), _one_row(first), later), [drift]


def _times(tableau: RosenbrockTableau) -> np.ndarray:
    """The different times of the stages, in parts of the step, from 0 on."""
    return np.unique(tableau.nodes)


@dataclass(frozen=True)
class Parts:
    """What a step is made of; all of it static."""

    tableau: RosenbrockTableau
    rhs: Kernel
    jacobian: Kernel
    pattern: Pattern
    modifiers: Modifiers | None
    moving: bool
    """Whether coefficients change with time."""

    @property
    def rows(self) -> tuple[int, ...]:
        """For each stage the row of its coefficients."""
        nodes = self.tableau.nodes
        return tuple(np.searchsorted(_times(self.tableau), nodes).tolist()) if self.moving else (0,) * len(nodes)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _step(parts: Parts, *inputs):
    """[2 + dense terms, species]: the end of the step, the error, the dense output.

    `inputs` are y, the rows of k and of the parameters of the modifiers, if there are any, h df/dt, if coefficients
    change with time, and h.
    """
    return native_form(parts)(*inputs)


@_step.defjvp
def _step_jvp(parts: Parts, primals, tangents):
    """Derivatives go through the step's own arithmetic, with native kernels for each part of it.

    That gives the step, too, to rounding.
    """
    return jax.jvp(partial(_plain_step, parts), primals, tangents)


@lru_cache(maxsize=64)
def scalar_modifiers(modifiers: Modifiers):
    """The modifiers for native code, as a `Modifying`; None where a law has no such form."""
    from eqxfuse._llvm.step.modifiers import Modifying, ModifyingLaw, ModifyingRound
    from eqxfuse._program.trace import scalar_function

    def native(law):
        values, both = (scalar_function(*modifiers.row(law, slopes)) for slopes in (False, True))
        return ModifyingLaw(len(law.reactions), law.first, law.slopes, values, both)

    try:
        rounds = [
            (r.program if modifiers.known else None, r.first, tuple(map(native, r.laws))) for r in modifiers.rounds
        ]
        return Modifying(modifiers.count, tuple(ModifyingRound(*parts) for parts in rounds))
    except NotImplementedError as operation:
        _log.info("abundance-dependent rates run outside the native step, because of the JAX operation %s", operation)
        return None


@lru_cache(maxsize=64)
def native_form(parts: Parts):
    """The step of `parts` as a `NativeStep`."""
    from eqxfuse._kernels.cpu.rosenbrock import NativeStep
    from eqxfuse._llvm.step.rosenbrock import Method

    t = parts.tableau
    slopes = tuple(t.slopes.tolist()) if parts.moving else ()
    dense = tuple(map(tuple, t.dense.tolist()))
    method = Method(t.gamma, _lower_rows(t.a), _lower_rows(t.c), dense, parts.rows, slopes)
    modifying = scalar_modifiers(parts.modifiers) if parts.modifiers else None
    return NativeStep(parts.rhs.program, parts.jacobian.program, parts.pattern, method, modifying)


def _lower_rows(matrix) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row[:i]) for i, row in enumerate(matrix.tolist()))


def _plain_step(parts: Parts, y, k, *rest):
    *rest, h = rest
    drift = rest.pop() if parts.moving else jnp.zeros_like(y)
    y1, error, dense = rosenbrock_step(parts.tableau, _Tabulated(parts, k, rest, drift), y, h)
    return jnp.concatenate([jnp.stack([y1, error]), dense])


class _Tabulated:
    """The equation of a step as `rosenbrock_step` takes it, with rows of coefficients and of modifiers' parameters."""

    def __init__(self, parts: Parts, k, parameters, drift):
        self.parts, self.k, self.parameters, self.drift = parts, k, parameters, drift

    def start(self, y):
        return self._f(0, y), self.drift

    def stage(self, i, y):
        return self._f(jnp.asarray(self.parts.rows)[i] if self.parts.moving else 0, y)

    def _f(self, row, y):
        modifiers = self.parts.modifiers
        more = [modifiers(y, self.k[row], self.parameters[0][row])] if modifiers else []
        return self.parts.rhs(y, self.k[row], *more)

    def factorise(self, y, h):
        from eqxfuse._kernels.cpu.sparse_solve import sparse_solver

        modifiers = self.parts.modifiers
        more = modifiers.with_slopes(y, self.k[0], self.parameters[0][0]) if modifiers else ()
        values = stored_values(self.parts.pattern, self.parts.jacobian(y, self.k[0], *more))
        return sparse_solver(self.parts.pattern, values, h)
