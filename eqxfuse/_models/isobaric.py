"""Gas whose pressure stays while it cools: its density follows from window to window of time."""

import dataclasses
import warnings
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.thermal.lookup import is_gas
from eqxfuse._models.zone import Zone
from eqxfuse._rhs.fused import FusedRHS
from eqxfuse._solve.integration import is_known
from eqxfuse._solve.outcome import Outcome
from eqxfuse._solve.solve import solve
from eqxfuse._solve.trajectory.trajectory import Trajectory

_ROUNDS = 3
"""Rates of compression that are tried in a window; each is some ten times nearer than the one before."""
_RELAXED = 0.6
"""What is taken of a correction: 1/gamma of atoms, whose pressure rises as density^gamma while it is not radiated."""
_STEEP = 0.2
"""A change of ln n_H in a window above which the shape of the path inside of it shows."""

Scalar = Float[Array, ""]


class Compressed(eqx.Module):
    """Conditions whose density changes at a rate d ln(n_H)/dt [s^-1] from those of the start on."""

    start: Conditions
    rate: Scalar

    def __call__(self, t: Scalar) -> Conditions:
        density = self.start.density * jnp.exp(self.rate * t)
        return dataclasses.replace(self.start, density=density, compression_rate=self.rate)


class _State(eqx.Module):
    """At the end of a window."""

    x: Float[Array, " species"]
    temperature: Scalar
    density: Scalar
    rate: Scalar
    """That of the window [s^-1]."""
    result: Outcome
    statistics: dict[str, Array]


def isobaric(
    rhs: FusedRHS,
    conditions: Conditions,
    y0: Float[Array, " species"],
    times: Float[Array, " times"],
    windows: int,
    **solver: Any,
) -> Zone:
    """The zone at `times` [s], each of whose intervals has so many `windows`; `solver` is what `solve` takes.

    In a window the gas is compressed at a constant rate, with which the pressure at its end is that of the start.
    """
    gas = jnp.asarray([float(is_gas(s)) for s in rhs.network.species], y0.dtype)

    def pressure(x, temperature, density):
        return density * (x @ gas) * temperature

    wanted = pressure(y0, jnp.asarray(conditions.temperature, y0.dtype), conditions.density)

    def tried(state: _State, length, rate):
        start = dataclasses.replace(conditions, temperature=state.temperature, density=state.density)
        return solve(rhs, Compressed(start, rate), state.x, length, saveat=1, throw=False, **solver)

    def window(state: _State, length):
        rate = state.rate
        for _ in range(_ROUNDS):
            end = tried(state, length, rate)
            density = state.density * jnp.exp(rate * length)
            short = jnp.log(wanted / pressure(end.abundances[0], end.temperature[0], density))
            rate = rate + _RELAXED * short / length
        end = tried(state, length, rate)
        result = Outcome.where(state.result == Outcome.successful, end.result, state.result)
        statistics = jax.tree.map(jnp.add, state.statistics, end.statistics)
        density = state.density * jnp.exp(rate * length)
        return _State(end.abundances[0], end.temperature[0], density, rate, result, statistics), rate * length

    def interval(state: _State, length):
        state, changes = jax.lax.scan(window, state, jnp.repeat(length / windows, windows))
        return state, (state, jnp.max(jnp.abs(changes)))

    none = jnp.zeros((), y0.dtype)
    counts: dict[str, Array] = {name: jnp.zeros((), int) for name in ("steps", "accepted", "rejected")}
    temperature, density = (jnp.asarray(v, y0.dtype) for v in (conditions.temperature, conditions.density))
    start = _State(y0, temperature, density, none, Outcome.successful, counts)
    end, (found, steepest) = jax.lax.scan(interval, start, jnp.diff(times, prepend=jnp.zeros(1, times.dtype)))
    _warn_of_steps(jnp.max(steepest))
    trajectory = Trajectory(
        times,
        found.x,
        y0,
        end.statistics,
        end.result,
        rhs.network.species,
        end_time=times[-1],
        end_state=end.x,
        temperature=found.temperature,
        end_temperature=end.temperature,
    )
    at = jax.vmap(lambda density, rate: dataclasses.replace(conditions, density=density, compression_rate=rate))
    fields = at(found.density, found.rate)
    return Zone(trajectory, jax.tree.map(lambda v: jnp.broadcast_to(jnp.asarray(v), times.shape), fields))


def _warn_of_steps(steepest: Scalar) -> None:
    if is_known(steepest) and float(steepest) > _STEEP:
        warnings.warn(
            f"the density changes by {float(jnp.expm1(steepest)):.0%} in one window, inside of which the pressure is "
            "not quite constant: ask for more outputs where it does, or raise windows=",
            stacklevel=4,
        )
