"""Ionisation and dissociation by cosmic rays, and by the ultraviolet photons that they induce."""

from typing import ClassVar

from eqxfuse._chemistry.rate_laws.kooij import power_law
from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, option, rate_law


@rate_law
class CosmicRay(RateLaw):
    """k = alpha zeta / zeta_unit.

    `zeta_unit` [s^-1] is the ionisation rate that alpha was tabulated for: `ZETA_UMIST` or `ZETA_UCLCHEM` in files
    of these. It is 1 where alpha counts events for each ionisation of H2, as in KIDA and latent_tgas files.
    """

    units: ClassVar[str] = "alpha [s^-1] at zeta = zeta_unit; [1] where zeta_unit is 1"
    citation: ClassVar[str] = "McElroy et al. 2013, A&A 550, A36; Wakelam et al. 2012, ApJS 199, 21"

    alpha: Parameter
    zeta_unit: float = option(default=1.0)

    def coefficient(self, conditions):
        return self.alpha * (conditions.zeta / self.zeta_unit)


@rate_law
class CosmicRayPhoton(RateLaw):
    """k = alpha (T/300 K)^beta gamma / (1 - albedo) zeta / zeta_unit.

    `gamma` is the efficiency of the photo-process, the albedo is that of the dust in `Conditions`, and `zeta_unit`
    is as in `CosmicRay`.
    """

    units: ClassVar[str] = "alpha [s^-1] at zeta = zeta_unit, beta [1], gamma [1]"
    citation: ClassVar[str] = "Gredel et al. 1989, ApJ 347, 289; McElroy et al. 2013, A&A 550, A36"

    alpha: Parameter
    beta: Parameter
    gamma: Parameter
    zeta_unit: float = option(default=1.0)

    def coefficient(self, conditions):
        flux = conditions.zeta / self.zeta_unit / (1.0 - conditions.albedo)
        return self.alpha * self.gamma * power_law(conditions.temperature, self.beta) * flux
