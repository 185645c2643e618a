"""What heats and what cools a gas, ranked, and over time."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.constants import YEAR
from eqxfuse._chemistry.lists import counted
from eqxfuse._plot import stacked
from eqxfuse._rhs.fused import Args, FusedRHS, require_rhs
from eqxfuse._rhs.state import as_state
from eqxfuse._solve.solve import as_arrays
from eqxfuse._solve.trajectory.trajectory import Trajectory

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class EnergyTerm(NamedTuple):
    """What one process gives the gas, or takes from it."""

    process: str
    rate: float
    """[erg cm^-3 s^-1], above zero."""
    share: float
    """Part of all heating, or of all cooling."""


@dataclass(frozen=True, repr=False)
class EnergyBudget:
    """Heating and cooling [erg cm^-3 s^-1] in one state; the largest terms come first. Prints as a table."""

    temperature: float
    """[K]"""
    change: float
    """dT/dt [K s^-1]."""
    heating: tuple[EnergyTerm, ...]
    cooling: tuple[EnergyTerm, ...]

    @property
    def timescale(self) -> float:
        """Time [s] in which the temperature changes by its own amount; infinite where it stays."""
        return self.temperature / abs(self.change) if self.change else math.inf

    def table(self) -> str:
        """All terms with their shares."""
        lines = [f"T = {self.temperature:.5g} K, dT/dt = {self.change:+.3e} K/s, time {self.timescale / YEAR:.3g} yr"]
        for title, terms in (("heating", self.heating), ("cooling", self.cooling)):
            total = math.fsum(term.rate for term in terms)
            lines.append(f"{title}: {total:.3e} erg cm^-3 s^-1 by {counted(len(terms), 'process', 'processes')}")
            lines += [f"  {term.share:6.1%}  {term.rate:.3e}  {term.process}" for term in terms]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.table()


@dataclass(frozen=True, repr=False)
class EnergyHistory:
    """Heating and cooling along a trajectory."""

    times: np.ndarray
    """[times], in s."""
    temperature: np.ndarray
    """[times], in K."""
    terms: dict[str, np.ndarray]
    """[times] what each process gives the gas [erg cm^-3 s^-1], below zero where it cools."""

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Shares of all heating above, of all cooling below, stacked, over time in years; needs matplotlib.

        Draws on `ax` or a new figure and returns the axes. Raises `ImportError` without matplotlib.
        """
        return stacked(self.times / YEAR, self.terms, "time  [yr]", ax)

    def __repr__(self) -> str:
        return f"EnergyHistory({counted(len(self.terms), 'process', 'processes')}, {len(self.times)} times)"


def energy_terms(
    rhs: FusedRHS,
    conditions: Args,
    y: Float[Array, "species"],
    temperature: float | Float[Array, ""],
    *,
    t: float | Float[Array, ""] = 0.0,
) -> dict[str, Float[Array, ""]]:
    """What each process gives the gas [erg cm^-3 s^-1], by name, below zero where it cools.

    `conditions` are those of `solve`, `y` the state of the species, `temperature` that of the gas [K], and `t` [s]
    matters for callable conditions. Works under `jax.jit`, `jax.vmap` and `jax.grad`. Raises `ValueError` where the
    right-hand side has no thermal processes, or for arrays of a wrong shape.
    """
    equation = require_rhs(rhs).equation
    y = as_state(rhs.network, y)
    state = jnp.append(y, jnp.asarray(temperature, y.dtype))
    gas = equation.gas(rhs.table, rhs.conditions(t, conditions), state)
    assert rhs.thermal is not None
    return rhs.thermal.heating(gas)


def energy_budget(
    rhs: FusedRHS,
    conditions: Args,
    y: Float[Array, "species"],
    temperature: float | Float[Array, ""],
    *,
    t: float = 0.0,
) -> EnergyBudget:
    """The processes that heat the gas and those that cool it, ranked. The arguments are those of `energy_terms`."""
    given = as_arrays((conditions, y, float(temperature), t))
    terms, change = _terms_and_change(require_rhs(rhs), *given)
    values = {name: float(value) for name, value in terms.items()}
    if not all(map(math.isfinite, values.values())):
        wrong = ", ".join(name for name, value in values.items() if not math.isfinite(value))
        raise ValueError(f"there is no budget at T = {temperature} K: {wrong} is not finite")
    return EnergyBudget(float(temperature), float(change), _ranked(values, 1.0), _ranked(values, -1.0))


def energy_history(rhs: FusedRHS, conditions: Args, trajectory: Trajectory) -> EnergyHistory:
    """Heating and cooling at the output times of one trajectory of `rhs` with these conditions.

    Raises `ValueError` for a batch, and for a trajectory whose temperature was not solved for.
    """
    if trajectory.temperature is None:
        raise ValueError("the temperature of the trajectory was not solved for: pass thermal= to FusedRHS")
    if trajectory.times.ndim != 1:
        raise ValueError("an energy history is that of one trajectory; take one of a batch with .cell(...)")
    given = as_arrays((conditions, trajectory.abundances, trajectory.temperature, trajectory.times))
    terms = _terms_over_time(require_rhs(rhs), *given)
    times, temperature = np.asarray(trajectory.times), np.asarray(trajectory.temperature)
    return EnergyHistory(times, temperature, {name: np.asarray(values) for name, values in terms.items()})


@eqx.filter_jit
def _terms_and_change(rhs: FusedRHS, conditions: Args, y, temperature, t):
    state = jnp.append(as_state(rhs.network, y), temperature)
    return energy_terms(rhs, conditions, y, temperature, t=t), rhs(t, state, conditions)[-1]


@eqx.filter_jit
def _terms_over_time(rhs: FusedRHS, conditions: Args, y, temperature, times):
    return jax.vmap(lambda y, temperature, t: energy_terms(rhs, conditions, y, temperature, t=t))(y, temperature, times)


def _ranked(terms: dict[str, float], sign: float) -> tuple[EnergyTerm, ...]:
    own = {name: sign * value for name, value in terms.items() if sign * value > 0}
    total = math.fsum(own.values())
    return tuple(EnergyTerm(name, own[name], own[name] / total) for name in sorted(own, key=own.get, reverse=True))  # pyright: ignore[reportCallIssue, reportArgumentType]
