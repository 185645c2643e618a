"""One zone of gas over time: what the models return."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._analysis.energy import EnergyHistory, energy_terms
from eqxfuse._chemistry.checks import require_conditions
from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.constants import YEAR
from eqxfuse._chemistry.lists import listed
from eqxfuse._chemistry.thermal import Thermal
from eqxfuse._plot import stacked, zones
from eqxfuse._program.one_line import OneLine
from eqxfuse._rhs.fused import FusedRHS, require_rhs
from eqxfuse._solve.trajectory.files import write_file
from eqxfuse._solve.trajectory.trajectory import Trajectory

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


DENSITY = r"density  $n_\mathrm{H}$  [cm$^{-3}$]"
"""The label of an axis."""


class Zone(eqx.Module, OneLine):
    """Chemistry, temperature and density of one zone over time. A pytree; under `jax.vmap` every array has the batch
    axes in front.
    """

    trajectory: Trajectory
    """Times [s], abundances and temperature [K]."""
    conditions: Conditions
    """At the output times: each field is [*batch, times]."""

    @classmethod
    def at(cls, conditions: Conditions, trajectory: Trajectory) -> "Zone":
        """With conditions that do not change."""
        shape = trajectory.times.shape
        return cls(trajectory, jax.tree.map(lambda field: jnp.broadcast_to(jnp.asarray(field), shape), conditions))

    @property
    def density(self) -> Float[Array, "*batch times"]:
        """n_H [cm^-3]."""
        return jnp.asarray(self.conditions.density)

    @property
    def temperature(self) -> Float[Array, "*batch times"]:
        """[K]"""
        assert self.trajectory.temperature is not None
        return self.trajectory.temperature

    def energy(self, rhs: FusedRHS) -> EnergyHistory:
        """What heats and cools the gas at the output times; `rhs` is that of the model.

        Raises `ValueError` for a batch.
        """
        self._require_one("an energy history is that of")
        terms = _terms(rhs, self.conditions, self.trajectory.abundances, self.temperature)
        times, temperature = np.asarray(self.trajectory.times), np.asarray(self.temperature)
        return EnergyHistory(times, temperature, {name: np.asarray(values) for name, values in terms.items()})

    def save(self, path: str | Path) -> None:
        """Write what `Trajectory.save` writes, and `gas_density` [cm^-3] over time (in a `.csv` file the first column
        after the time). `Trajectory.load` reads the rest. Raises what `Trajectory.save` raises.
        """
        fields = {field.name: getattr(self.trajectory, field.name) for field in dataclasses.fields(self.trajectory)}
        write_file(path, fields | {"gas_density": self.density})

    def plot(self, species: str | Sequence[str] | None = None, figure: "Figure | None" = None) -> "Sequence[Axes]":
        """Temperature above, abundances below: against the density where it changes, else against time in years. Needs
        matplotlib (`pip install 'eqxfuse[plot]'`).

        `species` are the names to show, by default those of `Trajectory.most_abundant`. Draws on `figure` or a new one
        and returns both axes. Raises `UnknownSpecies`, `ValueError` for a batch, `ImportError` without matplotlib.
        """
        self._require_one("plot shows")
        names = self.trajectory.most_abundant() if species is None else listed(species)
        curves = {name: self.trajectory.abundance(name) for name in names}
        x, xlabel = self._axis()
        return zones(x, xlabel, {"temperature  $T$  [K]": self.temperature}, curves, self.trajectory.state, figure)

    def plot_energy(self, rhs: FusedRHS, ax: "Axes | None" = None) -> "Axes":
        """Shares of all heating above, of all cooling below, stacked, over the axis of `plot`; `rhs` is that of the
        model.

        Draws on `ax` or a new figure and returns the axes. Raises `ValueError` for a batch, `ImportError` without
        matplotlib.
        """
        return self.plot_terms(self.energy(rhs), ax)

    def plot_terms(self, energy: EnergyHistory, ax: "Axes | None" = None) -> "Axes":
        """`plot_energy` of what `energy` has found."""
        x, xlabel = self._axis()
        return stacked(x, energy.terms, xlabel, ax)

    def _axis(self) -> tuple[np.ndarray, str]:
        density = np.asarray(self.density)
        if np.ptp(density) > 0:
            return density, DENSITY
        return np.asarray(self.trajectory.times) / YEAR, "time  [yr]"

    def _require_one(self, what: str) -> None:
        shape = self.trajectory.times.shape[:-1]
        if shape:
            raise ValueError(
                f"{what} one zone, this is a batch of shape {shape}; take one of it with jax.tree.map(lambda a: a[i], "
                "zone)"
            )

    def __repr__(self) -> str:
        return f"Zone({self.trajectory!r})"


@eqx.filter_jit
def _terms(rhs: FusedRHS, conditions: Conditions, y, temperature):
    return jax.vmap(lambda c, y, t: energy_terms(rhs, c, y, t))(conditions, y, temperature)


def require_thermal(rhs: FusedRHS, conditions: Conditions) -> Thermal:
    """What heats and cools the gas of a model. Raises `ValueError` and `TypeError` for what no model can be made of."""
    thermal = require_rhs(rhs).thermal
    if thermal is None:
        raise ValueError("the temperature of a model is solved for: pass thermal= to FusedRHS")
    if rhs.state != "abundance":
        raise ValueError(f"models compute abundances: leave out state={rhs.state!r} of FusedRHS")
    if not isinstance(conditions, Conditions):
        raise TypeError(f"conditions must be Conditions, got {conditions!r:.100}")
    require_conditions(rhs.network, conditions)
    return thermal
