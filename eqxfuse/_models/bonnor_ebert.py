"""A Bonnor-Ebert sphere that collapses, as conditions over time."""

import dataclasses
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.constants import YEAR
from eqxfuse._chemistry.history.history import History
from eqxfuse._models.parameters import HYDROGEN_PER_AV, between, require_start
from eqxfuse._solve.integration import Time

AU = 1.495978707e13
"""Astronomical unit [cm] (IAU 2012 resolution B2)."""
_SHELLS = 400
_INNERMOST = 1e-3
"""Of the shells over which profiles are integrated, as a part of the radius where the profile bends."""


class _Fit(NamedTuple):
    """log10 n_c = a (t_c - t)^-0.01 - b and log10 r_0 = c - d (t_c - t)^-0.01, in cm^-3, au and yr."""

    end: float
    """t_c, when the centre would be infinitely dense [yr]."""
    density: tuple[float, float]
    radius: tuple[float, float]
    slope: tuple[float, float]
    """The profile falls as r^-(x + y exp(-t/1e5 yr))."""


_FITS = {
    1.1: _Fit(1.175e6, (61.8, 49.4), (28.5, 28.93), (2.4, 0.0)),
    4.0: _Fit(1.855e5, (68.4, 55.7), (39.0, 38.7), (1.9, 0.5)),
}


def bonnor_ebert(
    conditions: Conditions,
    *,
    overdensity: float = 1.1,
    radius: Time = 0.0,
    outer_radius: Time = 4e4 * AU,
    rows: int = 128,
) -> History:
    """A shell of a Bonnor-Ebert sphere that collapses because it is denser than in balance, by a factor of 1.1 or 4.

    The density is n_H = n_c/(1 + (r/r_0)^a), with n_c, r_0 and a over time fitted by Priestley, Viti & Williams (2018,
    AJ 156, 51) to simulations of Aikawa et al. (2005, ApJ 620, 330), numbers as in UCLCHEM. The shell keeps the mass
    inside of it.

    **Arguments**:

    - `conditions`: those of the start, but for `density`, which is that of the fit, and for `av`, which is that of the
      surroundings [mag]: to it comes the gas between the shell and the edge, of 1.87e21 cm^-2 for each magnitude. Over
      time both change.
    - `overdensity`: 1.1, with 1.175e6 yr until the centre is infinitely dense, or 4, with 1.855e5 yr. The table ends
      after 97 per cent of that time, when the centre has reached 1.8e6 or 1.1e7 cm^-3; nothing changes behind it.
    - `radius`: of the shell at the start [cm]; 0 is the centre.
    - `outer_radius`: that of the edge, which stays [cm].
    - `rows`: of the table.

    Works under `jax.vmap` and with derivatives with respect to radii and conditions. Raises `ValueError` for another
    `overdensity`, an edge outside of 1e3 to 1e5 au and a shell that is not inside of it.
    """
    start = require_start(conditions)
    if overdensity not in _FITS:
        raise ValueError(f"overdensity must be 1.1 or 4, for which there are fits, got {overdensity!r}")
    fit = _FITS[overdensity]
    edge = between(outer_radius, "outer_radius", 1e3 * AU, 1e5 * AU, "cm")
    radius = between(jnp.asarray(radius) / edge, "radius over outer_radius", 0.0, 0.999, "") * edge
    left = fit.end * np.geomspace(1.0, 0.03, rows)  # [yr]
    times = fit.end - left
    power = left**-0.01
    centre = 10.0 ** (fit.density[0] * power - fit.density[1])
    bend = AU * 10.0 ** (fit.radius[1] - fit.radius[0] * power)
    slope = fit.slope[0] + fit.slope[1] * np.exp(-times / 1e5)
    profiles = _Profile(jnp.asarray(centre), jnp.asarray(bend), jnp.asarray(slope))
    mass = jax.tree.map(lambda first: first[0], profiles).mass_within(radius, edge)
    density, column = jax.vmap(lambda profile: profile.at_mass(mass, edge))(profiles)
    moving = dataclasses.replace(start, density=density, av=start.av + column / HYDROGEN_PER_AV)
    return History(jnp.asarray(times * YEAR), moving, outside="hold")


class _Profile(NamedTuple):
    """The density over the radius at a moment."""

    centre: Float[Array, ""]
    """[cm^-3]"""
    bend: Float[Array, ""]
    """[cm]"""
    slope: Float[Array, ""]

    def density(self, r):
        """n_H [cm^-3]."""
        return self.centre / (1.0 + (r / self.bend) ** self.slope)

    def shells(self, edge) -> Float[Array, "shells"]:
        """Radii [cm] from the centre to the edge, spread evenly in the logarithm but for the first."""
        inner = _INNERMOST * self.bend
        return jnp.append(0.0, inner * (edge / inner) ** np.linspace(0.0, 1.0, _SHELLS))

    def mass_within(self, r, edge):
        """Nuclei within a radius, over 4 pi."""
        shells = self.shells(edge)
        return jnp.interp(r, shells, _sums(self.density(shells) * shells**2, shells))

    def at_mass(self, mass, edge):
        """The density [cm^-3] where so much is inside, and the column [cm^-2] from there to the edge."""
        shells = self.shells(edge)
        n = self.density(shells)
        r = jnp.interp(mass, _sums(n * shells**2, shells), shells)
        columns = _sums(n, shells)
        return self.density(r), columns[-1] - jnp.interp(r, shells, columns)


def _sums(values, r):
    """Integrals from the centre to each radius, by the trapezoidal rule."""
    return jnp.append(0.0, jnp.cumsum(0.5 * (values[1:] + values[:-1]) * jnp.diff(r)))
