"""Gas that meets grains."""

from typing import ClassVar, Literal

import jax.numpy as jnp

from eqxfuse._chemistry.rate_laws.ice.grain import SURFACE, dust_temperature, inverse, mean_speed
from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, option, rate_law

_FOCUSING = 16.71e-4
"""Coulomb focusing of singly charged ions on grains of one negative charge [cm K] (Rawlings et al. 1992)."""
_STICKING = {"H": (52.0, 1.0), "H2": (87.0, 0.87)}
"""Temperature scale [K] and probability at 0 K (Chaabouni et al. 2012, A&A 538, A128, table 1)."""


@rate_law
class Accretion(RateLaw):
    """k = alpha sigma v n_H stick (1 + beta 16.71e-4 / (a T)) [s^-1]: a species of the gas lands on a grain.

    sigma is `Conditions.grain_cross_section` for each hydrogen nucleus, v the mean speed, a the grain's radius. `beta`
    is 1 for ions, which negative grains attract. Everything sticks but `sticking="H"` and `"H2"`, whose probability
    falls with temperature. No accretion above `highest` [K] of dust.
    """

    units: ClassVar[str] = "alpha [1], beta [1], mass [u]"
    citation: ClassVar[str] = (
        "Rawlings et al. 1992, MNRAS 255, 471; sticking: Chaabouni et al. 2012, A&A 538, A128; "
        "UCLCHEM, Holdship et al. 2017, AJ 154, 38"
    )

    alpha: Parameter
    beta: Parameter
    mass: Parameter
    sticking: Literal["all", "H", "H2"] = option(default="all")
    highest: float = option(default=float("inf"))

    def coefficient(self, conditions):
        k = landing(conditions, self.alpha, self.beta, self.mass) * conditions.density
        if self.sticking in _STICKING:
            scale, most = _STICKING[self.sticking]
            t = conditions.temperature / scale
            k = k * most * (1.0 + 2.5 * t) / (1.0 + t) ** 2.5
        return jnp.where(conditions.dust_temperature > self.highest, 0.0, k)


@rate_law
class EleyRideal(RateLaw):
    """k = alpha sigma v (1 + beta 16.71e-4 / (a T)) exp(-gamma / T_dust) share [cm^3 s^-1], over the surface ice.

    A species of the gas strikes one on the surface and reacts: give the reaction both as factors. `share` is the part
    of the reactions that goes this way, where others leave their products in the gas.
    """

    units: ClassVar[str] = "alpha [1], beta [1], gamma [K], mass [u] of the species in the gas, share [1]"
    citation: ClassVar[str] = "Ruaud et al. 2015, MNRAS 447, 4004; UCLCHEM, Holdship et al. 2017, AJ 154, 38"

    alpha: Parameter
    beta: Parameter
    gamma: Parameter
    mass: Parameter
    share: Parameter = 1.0

    @property
    def modifying_totals(self):
        return (SURFACE,)

    def coefficient(self, conditions):
        rate = landing(conditions, self.alpha, self.beta, self.mass)
        return self.share * rate * jnp.exp(-self.gamma / dust_temperature(conditions))

    def modifier(self, conditions, densities):
        return inverse(conditions, densities[0])


def landing(conditions, alpha, beta, mass):
    """alpha sigma v (1 + beta 16.71e-4 / (a T)) [cm^3 s^-1]."""
    focusing = 1.0 + beta * _FOCUSING / (conditions.grain_radius * conditions.temperature)
    return alpha * conditions.grain_cross_section * mean_speed(conditions.temperature, mass) * focusing
