"""The step of a fused right-hand side, where the whole of it can be one native call."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import diffrax
import jax
import jax.numpy as jnp
from diffrax._term import WrapTerm
from jax.custom_derivatives import SymbolicZero
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._rhs.coefficients import RateCoefficients
from eqxfuse._rhs.fused import FusedRHS, jacobian_kernel
from eqxfuse._rhs.rate_rows import RateRows
from eqxfuse._rhs.thermal_equation import bordered_kernel
from eqxfuse._solvers.linear_map import LinearMap
from eqxfuse._solvers.parts import Parts, plain_step, stage_times
from eqxfuse._solvers.readable import balance, evaluation, modifying, reversed_modifying
from eqxfuse._solvers.step import Step
from eqxfuse._solvers.tableau import RosenbrockTableau


def native_step(
    tableau: RosenbrockTableau, terms: diffrax.AbstractTerm, t, dt, y: Float[Array, "species"], args: Any, h
) -> Step | None:
    """One step from `t` over `dt`, as `rosenbrock_step` makes it, or None where it takes several calls.

    One call needs float64 and a kernel that has steps. Laws that depend on abundances have to consist of elementwise
    arithmetic. Where all laws do, and conditions change with time, coefficients are evaluated inside the call.
    """
    wrapped = isinstance(terms, WrapTerm)
    rhs = getattr(terms.term if wrapped else terms, "vector_field", None)
    if not isinstance(rhs, FusedRHS) or not rhs.kernel.capabilities.step:
        return None
    if y.dtype != jnp.float64:
        return None
    direction = terms.direction if wrapped else 1

    def given(t):
        return rhs.at_time(t * direction, args)

    moving = callable(rhs.bound if args is None else args)
    made = _evaluated(tableau, rhs, given, t, dt, moving) if moving or rhs.thermal is not None else None
    if made is None and rhs.thermal is not None:
        return None
    parts, inputs = made or _tabulated(tableau, rhs, args, direction, t, dt, y)
    if parts.modifiers and modifying(parts.modifiers) is None:
        return None
    values = inputs | {"y": y, "h": jnp.reshape(h, (1,))}
    result = _step(parts, *(values.astype(y.dtype) for values in parts.signature.arranged(values)))
    return result[0], result[1], result[2:]


def _evaluated(tableau: RosenbrockTableau, rhs: FusedRHS, given: Callable, t, dt, moving: bool):
    """The step that evaluates its coefficients, and what it takes beside y and h; None where it cannot."""
    start = given(t)
    rates = RateRows(rhs.network, rhs.state)
    laws = rates.vector(rhs.table)
    if not isinstance(start, Conditions) or laws is None:
        return None
    modifiers = rhs.modifying(start) if rhs.table.layout.modified else None
    if (modifiers and modifying(modifiers) is None) or evaluation(rates, modifiers) is None:
        return None

    def conditions(t):
        """The temperature of a gas that heats and cools is its own."""
        now = given(t) if rhs.thermal is None else given(t).at_temperature(0.0)
        return now.vector(rhs.network.parameters)

    rows = conditions(t)
    rows, change = _rows(tableau, conditions, t, dt) if moving else (rows[None], jnp.zeros_like(rows))
    inputs = {"conditions": rows, "change": change, rates.joined.name: laws}
    if rhs.thermal is None:
        kernel, pattern = jacobian_kernel(rhs.network, rhs.kernel.backend)
        return Parts(tableau, rhs.kernel, kernel, pattern, modifiers, moving, rates), inputs
    equation = rhs.equation
    if balance(equation) is None:
        return None
    kernel, bordered = bordered_kernel(rhs.network, rhs.kernel.backend)
    parts = Parts(tableau, rhs.kernel, kernel, bordered.pattern, modifiers, moving, rates, equation)
    return parts, inputs | {"p": equation.energy.vector(rhs.thermal, jnp.float64)}


def _tabulated(tableau, rhs: FusedRHS, args, direction, t, dt, y) -> tuple[Parts, dict]:
    """The step that is given its coefficients, and what it takes beside y and h."""

    def coefficients(t) -> RateCoefficients:
        return jax.tree.map(jnp.asarray, rhs.coefficients(t * direction, args))

    moving = callable(rhs.bound if args is None else args)
    inputs = {}
    if moving:
        table, change = _rows(tableau, coefficients, t, dt)
        first = jax.tree.map(lambda leaf: leaf[0], table)
        inputs["drift"] = jax.jvp(lambda c: rhs(t, y, c), (first,), (change,))[1]
    else:
        table = jax.tree.map(lambda leaf: leaf[None], coefficients(t))
    modifiers = rhs.modifying(table.conditions) if rhs.table.layout.modified else None
    inputs["k"] = table.k
    if modifiers:
        inputs["c"] = jax.vmap(rhs.modifier_parameters)(table)
    return Parts(tableau, rhs.kernel, *jacobian_kernel(rhs.network, rhs.kernel.backend), modifiers, moving), inputs


def _rows(tableau: RosenbrockTableau, function: Callable, t, dt):
    """A function of time at the times of the stages, a row for each of them, and its change over `dt` at the start."""
    first, change = jax.jvp(function, (t,), (dt,))
    later = jax.vmap(lambda node: function(t + node * dt))(jnp.asarray(stage_times(tableau)[1:], t.dtype))
    return jax.tree.map(lambda one, rows: jnp.concatenate([one[None], rows]), first, later), change


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _step(parts: Parts, *inputs):
    """What `plain_step` gives, as one native call."""
    return native_form(parts)(*inputs)


def _step_jvp(parts: Parts, primals, tangents):
    """Derivatives go through the step's own arithmetic, with native kernels for each part of it.

    Where the coefficients are given, those in reverse are one native call.
    """
    active = [i for i, tangent in enumerate(tangents) if not isinstance(tangent, SymbolicZero)]
    moving, directions = [primals[i] for i in active], [tangents[i] for i in active]

    def along(fixed, directions):
        def of_active(*own):
            values = dict(zip(active, own, strict=True))
            return plain_step(parts, *(values.get(i, array) for i, array in enumerate(fixed)))

        return jax.jvp(of_active, tuple(fixed[i] for i in active), tuple(directions))

    if parts.rates:
        return along(primals, directions)

    def forward(fixed, directions):
        return [along(fixed, directions)[1]]

    def reverse(fixed, cotangents):
        found = _reverse_form(parts)(fixed, *cotangents)
        return [found[i] for i in active]

    result = _step(parts, *primals)
    shapes = tuple(jax.ShapeDtypeStruct(array.shape, array.dtype) for array in moving)
    made = (jax.ShapeDtypeStruct(result.shape, result.dtype),)
    return result, LinearMap(forward, reverse, forward, shapes, made)(primals, directions)[0]


_step.defjvp(_step_jvp, symbolic_zeros=True)


@lru_cache(maxsize=64)
def _reverse_form(parts: Parts):
    """The transpose of the derivative of `native_form`."""
    from eqxfuse._kernels.cpu.rosenbrock import NativeReverse

    modifiers = parts.modifiers
    return NativeReverse(native_form(parts), reversed_modifying(modifiers) if modifiers else None)


@lru_cache(maxsize=64)
def native_form(parts: Parts):
    """The step of `parts` as a `NativeStep`."""
    from eqxfuse._kernels.cpu.rosenbrock import NativeStep
    from eqxfuse._llvm.step.method import Method

    t = parts.tableau
    slopes = tuple(t.slopes.tolist()) if parts.moving else ()
    dense = tuple(map(tuple, t.dense.tolist()))
    method = Method(t.gamma, _lower_rows(t.a), _lower_rows(t.c), dense, parts.rows, slopes)
    own = modifying(parts.modifiers) if parts.modifiers else None
    rates = evaluation(parts.rates, parts.modifiers) if parts.rates else None
    programs = parts.rhs.program, parts.jacobian.program, parts.pattern
    own_balance = balance(parts.equation) if parts.equation else None
    return NativeStep(*programs, method, parts.signature, own, rates, own_balance)


def _lower_rows(matrix) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row[:i]) for i, row in enumerate(matrix.tolist()))
