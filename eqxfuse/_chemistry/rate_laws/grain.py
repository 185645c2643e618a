"""Encounters with grains that gas-phase networks carry along."""

from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.rate_laws.kooij import power_law
from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, rate_law

_CITATION = "Wakelam et al. 2015, ApJS 217, 20; kida.uva.2024, Wakelam et al. 2024, A&A 689, A63"


@rate_law
class GrainCharging(RateLaw):
    """k = alpha (T/300 K)^beta: an electron or an ion meets a grain (KIDA formula 0)."""

    units: ClassVar[str] = "alpha [cm^3 s^-1], beta [1]"
    citation: ClassVar[str] = _CITATION

    alpha: Parameter
    beta: Parameter = 0.0

    def coefficient(self, conditions):
        return self.alpha * power_law(conditions.temperature, self.beta)


@rate_law
class H2OnGrain(RateLaw):
    """k = alpha 1.186e7 s^-1 exp(-225 K/T) gas_to_grain / n_H: two H atoms meet on a grain (KIDA formula 10).

    `gas_to_grain` is n_H over the density of grains, KIDA's GTODN; the temperature is that of the gas.
    """

    units: ClassVar[str] = "alpha [1]"
    citation: ClassVar[str] = _CITATION

    alpha: Parameter

    def coefficient(self, conditions):
        hopping = 1.186e7 * jnp.exp(-225.0 / conditions.temperature)
        return self.alpha * hopping * (conditions.gas_to_grain / conditions.density)


@rate_law
class HOnGrain(RateLaw):
    """k = alpha (T/300 K)^beta n_H / gas_to_grain [s^-1]: an H atom sticks to a grain (KIDA formula 11)."""

    units: ClassVar[str] = "alpha [cm^3 s^-1], beta [1]"
    citation: ClassVar[str] = _CITATION

    alpha: Parameter
    beta: Parameter = 0.0

    def coefficient(self, conditions):
        grains = conditions.density / conditions.gas_to_grain
        return self.alpha * power_law(conditions.temperature, self.beta) * grains
