"""`advance`: the chemistry of one step of something larger."""

import dataclasses
from typing import Any

import diffrax
import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from eqxfuse._chemistry.checks import require_conditions
from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._rhs.coefficients import RateCoefficients
from eqxfuse._rhs.fused import FusedRHS, require_rhs
from eqxfuse._solve.differentiable import differentiable
from eqxfuse._solve.integration import ATOL, RTOL, Integration, Time
from eqxfuse._solve.outcome import from_diffrax, raise_when_run
from eqxfuse._solvers import RememberingControl, StepControl


def advance(
    rhs: FusedRHS,
    y: Float[Array, "*cells states"],
    conditions: Conditions | RateCoefficients | None,
    dt: Time,
    step: Float[Array, "*cells"] | None = None,
    *,
    rtol: Time = RTOL,
    atol: Time = ATOL,
    temperature_atol: Time | None = None,
    max_steps: int = 1000,
    throw: bool = False,
) -> tuple[Float[Array, "*cells states"], Float[Array, "*cells"]]:
    """The states of a grid of cells a time `dt` [s] later, under conditions that stay: operator splitting in a step of
    hydrodynamics, say. Returns them with the step that each cell wants next, to be given to the next call.

    Made for the inside of `jax.jit` and of loops such as `jax.lax.scan`; works under `jax.vmap` and with every
    derivative that JAX has. The cells take their steps together, in the lanes of the native kernels.

    **Arguments**:

    - `y` [*cells, states], of any number of axes: abundances, or densities with `state="density"`; where `rhs` has
      `thermal` processes, the temperature [K] stands behind the species.
    - `conditions`: fields are numbers or arrays [*cells]. `RateCoefficients` have `k` [reactions] or
      [*cells, reactions]. None for a right-hand side bound with `at`.
    - `dt`: how long [s], above zero.
    - `step` [*cells]: the steps that the last call returned, which save those that find out how large they may be.
      Without, they are chosen anew. Any other guess will do, too, such as `dt` in all cells at the begin of a loop.
    - `rtol`, `atol`, `temperature_atol`: those of `solve`.
    - `max_steps`: a cell that needs more fails.
    - `throw`: raise `RuntimeError` when a cell fails, which under `jax.jit` takes a call to Python in every step. By
      default such a cell is nan.

    Raises `ValueError` and `TypeError` for arguments that make no sense.
    """
    network = require_rhs(rhs).network
    y = jnp.asarray(y)
    if y.ndim == 0 or y.shape[-1] != rhs.states:
        raise ValueError(f"y must be [*cells, states] with {rhs.states} states, got shape {y.shape}")
    given = rhs.bound if conditions is None else conditions
    if not isinstance(given, Conditions | RateCoefficients):
        raise TypeError(f"conditions must be Conditions or RateCoefficients that stay, got {type(given).__name__}")
    if rhs.thermal is not None and not isinstance(given, Conditions):
        raise TypeError("a gas that heats and cools needs Conditions: coefficients change with its temperature")
    require_conditions(network, given if isinstance(given, Conditions) else given.conditions)
    cells = y.shape[:-1]
    if step is not None and jnp.shape(step) != cells:
        raise ValueError(f"step must have the axes of the cells, {cells}, got shape {jnp.shape(step)}")
    made = Integration.make(
        rhs, dt, y.dtype, saveat=1, rtol=rtol, atol=atol, temperature_atol=temperature_atol, max_steps=max_steps
    )
    assert isinstance(made.controller, StepControl)
    fields = {field.name: getattr(made.controller, field.name) for field in dataclasses.fields(made.controller)}
    integration = dataclasses.replace(made, controller=RememberingControl(**fields))

    def one(given, y, step):
        return differentiable(_by, (integration, given, y, step))

    steps = None if step is None else jnp.ravel(lax.stop_gradient(step))
    after, wanted, outcome = jax.vmap(one)(_flat(given, cells), y.reshape(-1, rhs.states), steps)
    result = after.reshape(y.shape), wanted.reshape(cells)
    return raise_when_run(result, outcome) if throw else result


def _by(adjoint: diffrax.AbstractAdjoint, inputs: tuple[Integration, Any, Any, Any]):
    """One cell: its state, the step that it wants, and how it went."""
    integration, given, y, step = inputs
    rhs = integration.rhs
    args = rhs.precompute(given) if rhs.thermal is None and isinstance(given, Conditions) else given
    t0, t1 = map(jnp.asarray, integration.span)
    solution = diffrax.diffeqsolve(
        diffrax.ODETerm(rhs),
        integration.solver,
        t0,
        t1,
        None if step is None else jnp.where(step > 0, step, t1).astype(t1.dtype),
        y,
        args,
        saveat=diffrax.SaveAt(t1=True, controller_state=True),
        stepsize_controller=integration.controller,
        adjoint=adjoint,
        max_steps=integration.max_steps,
        throw=False,
    )
    outcome = from_diffrax(solution.result)
    good = solution.result == diffrax.RESULTS.successful
    assert solution.ys is not None and solution.controller_state is not None
    after = jnp.where(good, solution.ys[0], jnp.nan)
    return after, lax.stop_gradient(solution.controller_state[1]), outcome


def _flat(given: Conditions | RateCoefficients, cells: tuple[int, ...]) -> Any:
    """One row a cell of every field."""

    def rows(field, *own):
        return jnp.broadcast_to(jnp.asarray(field), (*cells, *own)).reshape(-1, *own)

    if isinstance(given, Conditions):
        return jax.tree.map(rows, given)
    return RateCoefficients(rows(given.k, jnp.shape(given.k)[-1]), jax.tree.map(rows, given.conditions))
