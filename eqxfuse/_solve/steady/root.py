"""From a start to the steady state that it leads to."""

import dataclasses
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float, Int

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._solve.integration import Integration
from eqxfuse._solve.steady.balance import Balance, solve_scaled

ROUNDS, GROWTH = 4, 100.0
"""So often time goes on, each time by so many times more, before there is no steady state."""

_ITERATIONS = 12
"""Of Newton's method. It converges in a few where the state is near, and else more time is better."""

_NEAR = 0.5
"""Part of itself by which Newton's method may change what is abundant: from afar it may find another root."""
_ABUNDANT = 1e-14
"""Part of the largest abundance above which a species is."""


class Search(NamedTuple):
    """Where a search stands."""

    state: Float[Array, "states"]
    converged: Bool[Array, ""]
    rounds: Int[Array, ""]


def follow(
    integration: Integration,
    conditions: Any,
    balance: Balance,
    start: Float[Array, "states"],
    tolerances: tuple[Any, Any],
) -> Search:
    """Follow the gas in time, and from where it is near finish by Newton's method; in rounds of more and more time.

    `integration` is that of the first round. Not for derivatives: see `with_derivatives`.
    """
    span = jnp.asarray(integration.span[1])

    def again(search: Search) -> Bool[Array, ""]:
        return ~search.converged & (search.rounds < ROUNDS)

    def round(search: Search) -> Search:
        end = span * GROWTH ** search.rounds.astype(span.dtype)
        later = _integrated(integration, conditions, search.state, end)
        later = jnp.where(jnp.isfinite(later).all(), later, search.state)
        root, converged = newton(balance, later, tolerances)
        return Search(jnp.where(converged, root, later), converged, search.rounds + 1)

    return lax.while_loop(again, round, Search(start, jnp.asarray(False), jnp.asarray(0)))


def newton(balance: Balance, start: Float[Array, "states"], tolerances: tuple[Any, Any]):
    """(root, whether it was found) by Newton's method from `start`: found when a step is within the tolerances, and
    that step is taken, too.
    """
    rtol, atol = tolerances

    def goes_on(carry):
        _, good, converged, i = carry
        return good & ~converged & (i < _ITERATIONS)

    def iterate(carry):
        z, _, _, i = carry
        step = balance.step(z)
        good = jnp.isfinite(step).all() & (jnp.abs(step) <= _NEAR * (z + _ABUNDANT * jnp.max(z))).all()
        converged = (jnp.abs(step) <= rtol * jnp.abs(z) + atol).all()
        return jnp.where(good, z + step, z), good, good & converged, i + 1

    z, _, converged, _ = lax.while_loop(
        goes_on, iterate, (start, jnp.asarray(True), jnp.asarray(False), jnp.asarray(0))
    )
    return z, converged


def with_derivatives(balance: Balance, root: Float[Array, "states"]) -> Float[Array, "states"]:
    """`root` of the balance, with the derivatives that the implicit function theorem gives it in every mode."""
    root = lax.stop_gradient(root)
    weights = jnp.where(root == 0, 1.0, jnp.abs(root))

    def solve_tangent(g, b):
        return solve_scaled(jax.jacfwd(g)(jnp.zeros_like(b)), b, jnp.ones_like(b))

    def given(f, guess):
        return guess

    return weights * lax.custom_root(lambda u: balance(weights * u), root / weights, given, solve_tangent)


def _integrated(integration: Integration, conditions: Any, z, end):
    """The states after the time `end`, or where the solve failed."""
    own = dataclasses.replace(integration, span=(jnp.zeros_like(end), end), times=end[None])
    if integration.rhs.thermal is None:
        found = own(conditions, z)
    else:
        assert isinstance(conditions, Conditions)
        found = own(dataclasses.replace(conditions, temperature=z[-1]), z[:-1])
    assert found.end_state is not None
    return found.end_state if found.end_temperature is None else jnp.append(found.end_state, found.end_temperature)
