"""Exchange between the surface and the bulk of the ice."""

from collections.abc import Mapping
from typing import ClassVar, Literal

import jax.numpy as jnp

from eqxfuse._chemistry.rate_laws.ice.grain import (
    BULK,
    GROWTH,
    HEAVY,
    LEAST,
    SURFACE,
    SWAP,
    dust_temperature,
    frequency,
    layers,
    monolayer,
)
from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, option, rate_law


@rate_law
class BulkSwap(RateLaw):
    """k = nu exp(-energy / T_dust) [s^-1], over the layers of the bulk: a species changes places with the surface."""

    units: ClassVar[str] = "mass [u], energy [K], the binding energy in the bulk"
    citation: ClassVar[str] = "Garrod 2013, ApJ 765, 60; UCLCHEM, Holdship et al. 2017, AJ 154, 38"
    binding: ClassVar[Mapping[str, int]] = {"energy": 0}

    mass: Parameter
    energy: Parameter
    highest: float = option(default=float("inf"))

    @property
    def modifying_totals(self):
        return (BULK,)

    def coefficient(self, conditions):
        t = dust_temperature(conditions)
        k = frequency(conditions, self.mass, self.energy) * jnp.exp(-self.energy / t)
        return jnp.where(t > self.highest, 0.0, k)

    def modifier(self, conditions, densities):
        return 1.0 / layers(conditions, densities[0])


@rate_law
class SurfaceSwap(RateLaw):
    """k = alpha swap / surface [s^-1]: as much goes back as all `BulkSwap` bring up, by shares of the surface."""

    units: ClassVar[str] = "alpha [1]"
    citation: ClassVar[str] = "Garrod 2013, ApJ 765, 60; UCLCHEM, Holdship et al. 2017, AJ 154, 38"

    alpha: Parameter = 1.0
    highest: float = option(default=float("inf"))

    @property
    def modifying_totals(self):
        return SURFACE, SWAP

    def coefficient(self, conditions):
        return jnp.where(conditions.dust_temperature > self.highest, 0.0, self.alpha)

    def modifier(self, conditions, densities):
        surface, swap = densities
        return jnp.maximum(swap, 0.0) / jnp.maximum(surface, LEAST * conditions.density)


Counted = Literal["heavy", "all"]
"""What layers are counted in."""


class _Exchange(RateLaw):
    """What the laws that keep two layers on the surface have in common."""

    counted: Counted

    def _totals(self, *names: str) -> tuple[str, ...]:
        return tuple(HEAVY[name] if self.counted == "heavy" else name for name in names)


@rate_law
class Burial(_Exchange):
    """k = alpha growth / (2 layers) [s^-1] while the surface grows: what lies below two layers is the bulk.

    Layers and growth are those of all species but H and H2, which come and go so fast that the sign of what they leave
    behind is noise, where the others hardly change; with `counted="all"` they count, too, as in UCLCHEM.
    """

    units: ClassVar[str] = "alpha [1]"
    citation: ClassVar[str] = "Hasegawa & Herbst 1993, MNRAS 263, 589; Garrod & Pauly 2011, ApJ 735, 15"

    alpha: Parameter = 1.0
    counted: Counted = option(default="heavy")

    @property
    def modifying_totals(self):
        return self._totals(GROWTH)

    def coefficient(self, conditions):
        del conditions
        return self.alpha

    def modifier(self, conditions, densities):
        return jnp.maximum(densities[0], 0.0) / (2.0 * monolayer(conditions))


@rate_law
class Uncovering(_Exchange):
    """k = alpha loss / max(bulk, surface) [s^-1] while the surface shrinks: the bulk fills its place by shares.

    `counted` is as in `Burial`, for bulk and surface, too.
    """

    units: ClassVar[str] = "alpha [1]"
    citation: ClassVar[str] = "Hasegawa & Herbst 1993, MNRAS 263, 589; Garrod & Pauly 2011, ApJ 735, 15"

    alpha: Parameter = 1.0
    counted: Counted = option(default="heavy")

    @property
    def modifying_totals(self):
        return self._totals(SURFACE, BULK, GROWTH)

    def coefficient(self, conditions):
        del conditions
        return self.alpha

    def modifier(self, conditions, densities):
        surface, bulk, growth = densities
        ice = jnp.maximum(jnp.maximum(surface, bulk), LEAST * conditions.density)
        return jnp.maximum(-growth, 0.0) / ice
