"""Gas in thermal and chemical equilibrium over an axis of densities."""

import dataclasses
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Bool, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.constants import YEAR
from eqxfuse._chemistry.lists import counted, listed
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.species import Species
from eqxfuse._chemistry.thermal.lookup import is_gas
from eqxfuse._models.zone import DENSITY, require_thermal
from eqxfuse._plot import zones
from eqxfuse._program.one_line import OneLine
from eqxfuse._rhs.fused import FusedRHS
from eqxfuse._solve.grid import solve_grid
from eqxfuse._solve.integration import ATOL, RTOL
from eqxfuse._solve.trajectory.trajectory import Trajectory

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TIME = 3e9 * YEAR
"""Longer than dilute gas takes to recombine."""

_STEADY = 0.01
"""Part of itself by which nothing changes any more."""
_ABUNDANT = 1e-9
"""Abundances below are not looked at."""


class Equilibrium(eqx.Module, OneLine):
    """What became of the gas at each density. A pytree."""

    density: Float[Array, "densities"]
    """n_H [cm^-3]"""
    temperature: Float[Array, "densities"]
    """[K]"""
    abundances: Float[Array, "densities species"]
    """n/n_H"""
    steady: Bool[Array, "densities"]
    """Whether temperature and abundances had stopped to change."""
    species: tuple[Species, ...] = eqx.field(static=True)

    @property
    def species_names(self) -> tuple[str, ...]:
        return self._matter.species_names

    @property
    def pressure(self) -> Float[Array, "densities"]:
        """P/k [K cm^-3] of all particles of the gas."""
        gas = jnp.asarray([float(is_gas(s)) for s in self.species], self.abundances.dtype)
        return self.density * (self.abundances @ gas) * self.temperature

    def abundance(self, name: str) -> Float[Array, "densities"]:
        """Abundance of one species. Raises `UnknownSpecies`."""
        return self.abundances[:, self._matter.index(name)]

    def plot(self, species: str | Sequence[str] | None = None) -> "Sequence[Axes]":
        """The phase diagram on a new figure: P/k, temperature and abundances against density. Needs matplotlib
        (`pip install 'eqxfuse[plot]'`).

        `species` are the names to show, by default the ten that become most abundant. Returns the axes from top to
        bottom. Raises `UnknownSpecies`, and `ImportError` without matplotlib.
        """
        largest = np.argsort(-np.max(np.asarray(self.abundances), axis=0))[:10]
        names = [self.species_names[i] for i in largest] if species is None else listed(species)
        above = {"$P/k$  [K cm$^{-3}$]": np.asarray(self.pressure), "$T$  [K]": np.asarray(self.temperature)}
        curves = {name: self.abundance(name) for name in names}
        return zones(np.asarray(self.density), DENSITY, above, curves, "abundance")

    def __repr__(self) -> str:
        return f"Equilibrium({counted(len(self.density), 'density', 'densities')}, {len(self.species)} species)"

    @property
    def _matter(self) -> Network:
        return Network(self.species, ())


def equilibrium(
    rhs: FusedRHS,
    conditions: Conditions,
    y0: Float[Array, "*#densities species"],
    densities: ArrayLike,
    *,
    time: float = TIME,
    rtol: float = RTOL,
    atol: float = ATOL,
    temperature_atol: float | None = None,
    max_steps: int = 10_000,
) -> Equilibrium:
    """Thermal and chemical equilibrium at each of many densities, which is where gas ends that starts as told.

    Every density is solved for `time`, with `solve_grid`. Where the gas has several equilibria, as the two phases of
    the interstellar medium, the start decides: hot gas finds the warm one.

    **Arguments**:

    - `rhs`: abundances (not densities) of a gas that heats and cools.
    - `conditions`: those of every density, with the `temperature` [K] of the start; their own density does not matter.
    - `y0` [species] or [densities, species]: abundances of the start.
    - `densities` [densities]: n_H [cm^-3], in increasing order.
    - `time`: how long [s]; 3e9 years if left out.
    - `rtol`, `atol`, `temperature_atol`, `max_steps`: those of `solve_grid`.

    Warns of densities where something (temperature, or an abundance above 1e-9) still changes by more than a hundredth
    in the last nine tenths of the time, and, as `solve_grid` does, of those that failed. Changes are those of the
    result: dT/dt itself, a difference of large terms, never becomes small against T/`time`.

    Raises `ValueError` for densities that are no increasing axis, for a right-hand side without `thermal` or of
    densities, and as `solve_grid` does.
    """
    require_thermal(rhs, conditions)
    axis = np.asarray(densities, dtype=float)
    if axis.ndim != 1 or not len(axis) or not (np.diff(axis) > 0).all():
        raise ValueError(f"densities must be a list in increasing order, got {densities!r:.100}")
    found = solve_grid(
        rhs,
        dataclasses.replace(conditions, density=axis),
        y0,
        time,
        rtol=rtol,
        atol=atol,
        temperature_atol=temperature_atol,
        max_steps=max_steps,
        saveat=jnp.asarray([0.1 * time, time]),
    )
    assert found.temperature is not None
    steady = _steady(found, axis, time)
    return Equilibrium(
        jnp.asarray(axis), found.temperature[:, -1], found.abundances[:, -1], jnp.asarray(steady), found.species
    )


def _steady(found: Trajectory, axis: np.ndarray, time: float) -> np.ndarray:
    """[densities], with a warning where it is not; a solve that failed is not steady, and has had its warning."""
    quantities = np.concatenate([np.asarray(found.temperature)[..., None], np.asarray(found.abundances)], axis=-1)
    before, after = quantities[:, 0], quantities[:, 1]
    changes = np.abs(after - before) / np.maximum(np.maximum(np.abs(before), np.abs(after)), _ABUNDANT)
    steady = (changes <= _STEADY).all(axis=1)
    moving = np.flatnonzero(~steady & np.asarray(found.succeeded))
    if len(moving):
        cell = max(moving, key=lambda i: changes[i].max())
        what = ("temperature", *found.species_names)[int(changes[cell].argmax())]
        warnings.warn(
            f"{len(moving)} of {counted(len(axis), 'density', 'densities')} are not in equilibrium after "
            f"{time / YEAR:.3g} yr: at n_H = {axis[cell]:.4g} cm^-3 {what} has changed by {changes[cell].max():.0%} in "
            "the last nine tenths of it. Give more time, or a start that is nearer",
            stacklevel=3,
        )
    return np.asarray(steady)
