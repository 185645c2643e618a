"""Encounter desorption of H2, which keeps it from covering cold grains."""

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.rate_laws.ice.grain import dust_temperature, frequency, sites
from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, rate_law


@rate_law
class EncounterDesorption(RateLaw):
    """k = hop p gas_to_grain / (sites n_H) [cm^3 s^-1]: H2 that hops onto H2 is hardly bound and leaves.

    The reaction is `#H2 + #H2 -> #H2 + H2`. p = e / (e + h) with evaporation e and hopping h from a site of H2, where
    the binding energy is `energy_on_h2`, 23 K.
    """

    units: ClassVar[str] = "mass [u], energy [K], the binding energy, energy_on_h2 [K]"
    citation: ClassVar[str] = "Hincelin et al. 2015, A&A 574, A24"
    binding: ClassVar[Mapping[str, int]] = {"energy": 0}

    mass: Parameter
    energy: Parameter
    energy_on_h2: Parameter = 23.0

    def coefficient(self, conditions):
        t, ratio = dust_temperature(conditions), conditions.surface_barrier_ratio
        hop = frequency(conditions, self.mass, self.energy) * jnp.exp(-ratio * self.energy / t)
        away = jnp.exp(-self.energy_on_h2 / t)
        chance = away / (away + jnp.exp(-ratio * self.energy_on_h2 / t))
        return hop * chance * (conditions.gas_to_grain / sites(conditions) / conditions.density)
