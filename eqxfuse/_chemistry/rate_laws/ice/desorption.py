"""Ice that leaves for the gas: by heat, cosmic rays, ultraviolet light, and the heat of new H2."""

from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.constants import HABING_PER_DRAINE, ZETA_UCLCHEM
from eqxfuse._chemistry.rate_laws.h2_formation import H2FormationCazauxTielens
from eqxfuse._chemistry.rate_laws.ice.grain import PI, SURFACE, dust_temperature, frequency, inverse
from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, option, rate_law

_UCLCHEM = "UCLCHEM, Holdship et al. 2017, AJ 154, 38"
_IRON_FLUX = 1.64e-4
"""Iron nuclei of cosmic rays [cm^-2 s^-1 sr^-1], at zeta = 1.3e-17 s^-1 (Roberts et al. 2007)."""
_INDUCED_FLUX = 4875.0
"""Photons that cosmic rays induce [cm^-2 s^-1], at zeta = 1.3e-17 s^-1 (Checchi-Pestellini & Aiello 1992)."""
_INDUCED_OVER_INTERSTELLAR = 1e-3
_EXTINCTION = 1.8


@rate_law
class ThermalDesorption(RateLaw):
    """k = nu exp(-energy / T_dust) [s^-1], with the frequency nu that a species strikes against its site with.

    With `two_phase=True`, for ice without a bulk, only the two outermost layers leave: k is 8 sigma N_sites nu
    exp(-energy / T_dust), over the surface ice.
    """

    units: ClassVar[str] = "mass [u], energy [K], the binding energy"
    citation: ClassVar[str] = "Hasegawa, Herbst & Leung 1992, ApJS 82, 167; Cuppen et al. 2017, SSRv 212, 1"
    binding: ClassVar[Mapping[str, int]] = {"energy": 0}

    mass: Parameter
    energy: Parameter
    two_phase: bool = option(default=False)

    @property
    def modifying_totals(self):
        return (SURFACE,) if self.two_phase else ()

    def coefficient(self, conditions):
        k = frequency(conditions, self.mass, self.energy) * jnp.exp(-self.energy / dust_temperature(conditions))
        sites = 8.0 * conditions.site_density * conditions.grain_cross_section
        return sites * k if self.two_phase else k

    def modifier(self, conditions, densities):
        return inverse(conditions, densities[0]) if self.two_phase else jnp.asarray(1.0)


class _FromSurface(RateLaw):
    """All species leave together at a constant rate, each by its part of the surface."""

    @property
    def modifying_totals(self):
        return (SURFACE,)

    def modifier(self, conditions, densities):
        return inverse(conditions, densities[0])


@rate_law
class CosmicRayDesorption(_FromSurface):
    """k = 4 pi 1.64e-4 zeta / 1.3e-17 4 sigma yield [s^-1], over the surface ice; 0 where energy exceeds `most`.

    Iron nuclei heat the grain; each hit sets `Conditions.cosmic_ray_yield` species free.
    """

    units: ClassVar[str] = "energy [K], the binding energy, most [K]"
    citation: ClassVar[str] = f"Roberts et al. 2007, MNRAS 382, 733; {_UCLCHEM}"
    binding: ClassVar[Mapping[str, int]] = {"energy": 0}

    energy: Parameter
    most: Parameter = 1210.0

    def coefficient(self, conditions):
        hits = 4.0 * PI * _IRON_FLUX * (conditions.zeta / ZETA_UCLCHEM) * 4.0 * conditions.grain_cross_section
        return jnp.where(self.energy <= self.most, hits * conditions.cosmic_ray_yield, 0.0)


@rate_law
class PhotoDesorption(_FromSurface):
    """k = sigma yield 4875 (zeta / 1.3e-17 + F exp(-1.8 Av) / 1e-3) [s^-1], over the surface ice; 0 beyond `most`.

    Ultraviolet photons that cosmic rays induce, and those of the interstellar field F [Habing]; each that hits a grain
    sets `Conditions.uv_yield` species free.
    """

    units: ClassVar[str] = "energy [K], the binding energy, most [K]"
    citation: ClassVar[str] = (
        f"Roberts et al. 2007, MNRAS 382, 733; Checchi-Pestellini & Aiello 1992, MNRAS 258, 125; {_UCLCHEM}"
    )
    binding: ClassVar[Mapping[str, int]] = {"energy": 0}

    energy: Parameter
    most: Parameter = 1.0e4

    def coefficient(self, conditions):
        field = conditions.g0 * HABING_PER_DRAINE * jnp.exp(-_EXTINCTION * conditions.av) / _INDUCED_OVER_INTERSTELLAR
        flux = _INDUCED_FLUX * (conditions.zeta / ZETA_UCLCHEM + field)
        return jnp.where(self.energy <= self.most, conditions.grain_cross_section * conditions.uv_yield * flux, 0.0)


@rate_law
class H2FormationDesorption(_FromSurface):
    """k = yield k_H2 [cm^3 s^-1], over the surface ice; 0 where energy exceeds `most`.

    The heat of each H2 that forms on a grain (`H2FormationCazauxTielens`) sets `Conditions.h2_yield` species free. The
    rate goes with the densities of H and of the species: give both as factors.
    """

    units: ClassVar[str] = "energy [K], the binding energy, most [K]"
    citation: ClassVar[str] = f"Roberts et al. 2007, MNRAS 382, 733; {_UCLCHEM}"
    binding: ClassVar[Mapping[str, int]] = {"energy": 0}

    energy: Parameter
    most: Parameter = 1210.0

    def coefficient(self, conditions):
        formed = H2FormationCazauxTielens(1.0).coefficient(conditions) / conditions.density
        return jnp.where(self.energy <= self.most, conditions.h2_yield * formed, 0.0)
