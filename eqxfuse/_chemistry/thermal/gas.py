"""What heating and cooling see of one cell."""

from collections.abc import Sequence

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jax.lax import index_in_dim
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.thermal.lookup import Agent, is_gas, position, reactions
from eqxfuse._chemistry.thermal.physical_constants import CODATA, PhysicalConstants

Scalar = Float[Array, ""]

_EMPTY = 1e-15
"""Less gas than this [cm^-3] is none: it keeps quotients finite."""


class Gas(eqx.Module):
    """One cell: its network, conditions, densities and rates. A pytree whose network and constants are static.

    `conditions` hold scalars, the temperature of the gas among them. Densities below zero, as a solver leaves them,
    count as zero.
    """

    network: Network = eqx.field(static=True)
    conditions: Conditions
    densities: Float[Array, " species"]
    """Number densities [cm^-3], in the order of the network."""
    rates: Float[Array, " reactions"]
    """Rates of the reactions [cm^-3 s^-1], in the order of the network."""
    constants: PhysicalConstants = eqx.field(static=True, default=CODATA)

    @property
    def temperature(self) -> Scalar:
        """[K]"""
        return jnp.asarray(self.conditions.temperature, self.densities.dtype)

    @property
    def density(self) -> Scalar:
        """Of hydrogen nuclei n_H [cm^-3]."""
        return jnp.asarray(self.conditions.density, self.densities.dtype)

    def within(self, low: float, high: float) -> Scalar:
        """The temperature held in a range [K], outside of which its derivative is zero."""
        return jnp.clip(self.temperature, low, high)

    def n(self, formula: str) -> Scalar:
        """Number density [cm^-3] of the species with this composition and charge, such as `"H2"`, `"He+"`, `"e-"`; zero
        where the network has none (see `has`).
        """
        i = position(self.network, formula)
        return jnp.zeros((), self.densities.dtype) if i is None else self.of(i)

    def has(self, formula: str) -> bool:
        """Whether the network has such a species."""
        return position(self.network, formula) is not None

    def of(self, i: int) -> Scalar:
        """Number density [cm^-3] of species i."""
        return jnp.maximum(index_in_dim(self.densities, i, keepdims=False), 0.0)

    @property
    def total(self) -> Scalar:
        """Number density of all particles of the gas, electrons included [cm^-3]."""
        return self.sum_of([1.0 if is_gas(s) else 0.0 for s in self.network.species])

    @property
    def mass_density(self) -> Scalar:
        """Of the gas [g cm^-3]."""
        return self._mass_density_in_protons * self.constants.proton_mass

    @property
    def mean_weight(self) -> Scalar:
        """Mean mass of a particle of the gas in units of the proton's."""
        return self._mass_density_in_protons / jnp.maximum(self.total, _EMPTY)

    @property
    def _mass_that_is_there(self) -> Scalar:
        return jnp.maximum(self._mass_density_in_protons, _EMPTY)

    @property
    def _mass_density_in_protons(self) -> Scalar:
        constants, species = self.constants, self.network.species
        masses = [constants.mass(s.composition or (), s.charge) if is_gas(s) else 0.0 for s in species]
        return self.sum_of([mass / constants.proton_mass for mass in masses])

    def sum_of(self, weights: Sequence[float]) -> Scalar:
        """The sum of weights [species] times densities [cm^-3]."""
        return jnp.sum(jnp.asarray(np.asarray(weights), self.densities.dtype) * jnp.maximum(self.densities, 0.0))

    @property
    def jeans_length(self) -> Scalar:
        """sqrt(pi k T/(G rho mu m_p)) [cm]."""
        c = self.constants
        length = (jnp.pi * c.boltzmann / c.gravity) ** 0.5 / c.proton_mass
        return length * jnp.sqrt(self.temperature * jnp.maximum(self.total, _EMPTY)) / self._mass_that_is_there

    @property
    def free_fall_time(self) -> Scalar:
        """sqrt(3 pi/(32 G rho)) [s]."""
        c = self.constants
        return (3.0 * jnp.pi / 32.0 / c.gravity / c.proton_mass) ** 0.5 / jnp.sqrt(self._mass_that_is_there)

    def rate(self, j: int) -> Scalar:
        """Rate of reaction j [cm^-3 s^-1]."""
        return index_in_dim(self.rates, j, keepdims=False)

    def rates_of(self, equation: str, agent: Agent | None = None) -> Scalar:
        """Summed rates [cm^-3 s^-1] of all reactions with this equation, such as `"H- + H -> H2 + e-"`, their species
        told by composition and charge; zero where the network has none. Of those that an `agent` drives, "photon" or
        "cosmic ray", if one is named.
        """
        return self.summed(reactions(self.network, equation, agent))

    def summed(self, rows: tuple[int, ...]) -> Scalar:
        """Summed rates [cm^-3 s^-1] of some reactions."""
        return sum((self.rate(j) for j in rows), jnp.zeros((), self.rates.dtype))
