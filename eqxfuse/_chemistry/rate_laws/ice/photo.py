"""Photo-processes below the surface of the ice, which upper layers shield."""

import math
from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.rate_laws.cosmic_ray import CosmicRayPhoton
from eqxfuse._chemistry.rate_laws.ice.grain import BULK, layers
from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, option, rate_law
from eqxfuse._chemistry.rate_laws.photo import Photo

ICE_OVER_GAS = 0.3
"""Cross section of a species in ice over that in the gas (Kalvans 2018, MNRAS 478, 2753)."""
_LAYER = math.log(1.0 - 0.007)
"""Of the light that one layer lets through (Kalvans 2014, A&A 573, A38)."""
_CITATION = "Kalvans 2014, A&A 573, A38; 2018, MNRAS 478, 2753; UCLCHEM, Holdship et al. 2017, AJ 154, 38"


class _Below(RateLaw):
    @property
    def modifying_totals(self):
        return (BULK,)

    def modifier(self, conditions, densities):
        return jnp.exp(_LAYER * (1.0 + 0.5 * layers(conditions, densities[0])))


@rate_law
class BulkPhoto(_Below):
    """As `Photo`, less what half of the layers absorb, 0.7 % each."""

    units: ClassVar[str] = Photo.units
    citation: ClassVar[str] = _CITATION

    alpha: Parameter
    gamma: Parameter = 0.0

    def coefficient(self, conditions):
        return Photo(self.alpha, self.gamma).coefficient(conditions)


@rate_law
class BulkCosmicRayPhoton(_Below):
    """As `CosmicRayPhoton`, less what half of the layers absorb, 0.7 % each."""

    units: ClassVar[str] = CosmicRayPhoton.units
    citation: ClassVar[str] = _CITATION

    alpha: Parameter
    beta: Parameter
    gamma: Parameter
    zeta_unit: float = option(default=1.0)

    def coefficient(self, conditions):
        return CosmicRayPhoton(self.alpha, self.beta, self.gamma, self.zeta_unit).coefficient(conditions)
