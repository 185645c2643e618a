"""Formation of H2 on dust."""

import math
from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp

from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, option, rate_law


@rate_law
class H2FormationSimple(RateLaw):
    """k = alpha dust_to_gas / 0.01, with two factors n(H)."""

    units: ClassVar[str] = "alpha [cm^3 s^-1] at a dust-to-gas mass ratio of 0.01"
    citation: ClassVar[str] = "the H2Form rows of latent_tgas networks; Jura 1975, ApJ 197, 575 for alpha = 3e-17"

    alpha: Parameter

    def coefficient(self, conditions):
        return self.alpha * (conditions.dust_to_gas / 0.01)


@rate_law
class H2FormationCazauxTielens(RateLaw):
    """k is alpha times half the thermal velocity of H, the sticking probability and the efficiency of the grains.

    The flux is k n_H n(H), with one factor n(H): give the reaction `factors=("H",)`. `coefficient` is k n_H [s^-1].
    Sticking depends on the temperatures of gas and dust, the efficiencies of silicates and graphite on that of the dust
    (codes that follow one temperature alone set `dust_temperature` equal to `temperature`); with `dust_alone=True` the
    temperature of the dust stands for both. The cross sections of the grains scale with `dust_to_gas`.
    """

    units: ClassVar[str] = "alpha [1]"
    citation: ClassVar[str] = (
        "Cazaux & Tielens 2002, ApJ 575, L29; 2004, ApJ 604, 222; "
        "sticking: Hollenbach & McKee 1979, ApJS 41, 555, eq. 3.7"
    )

    alpha: Parameter = 1.0
    dust_alone: bool = option(default=False)

    def coefficient(self, conditions):
        if self.dust_alone:
            conditions = conditions.at_temperature(conditions.dust_temperature)
        velocity = 1.45e5 * jnp.sqrt(conditions.temperature / 100.0)
        cross_section = sum(grain.cross_section * grain.efficiency(conditions) for grain in (_SILICATE, _GRAPHITE))
        k = 0.5 * velocity * cross_section * _sticking(conditions) * (conditions.dust_to_gas / 0.01)
        return self.alpha * k * conditions.density


def _sticking(conditions):
    t2 = conditions.temperature / 100.0
    both = conditions.temperature + conditions.dust_temperature
    return 1.0 / (1.0 + 0.04 * jnp.sqrt(both) + 0.2 * t2 + 0.08 * t2 * t2)


@dataclass(frozen=True)
class _Surface:
    """Binding sites of one kind of grain; energies in K."""

    saddle: float  # between a physisorbed and a chemisorbed site
    h2: float  # desorption of H2
    physisorbed: float  # desorption of physisorbed H
    cross_section: float  # cm^2 for each hydrogen nucleus
    chemisorbed: float = 3.0e4  # desorption of chemisorbed H
    staying: float = 0.005  # fraction of the new H2 that stays on the grain
    flux: float = 1.0e-10  # monolayers of H a second
    h2_frequency: float = 3.0e12  # s^-1
    h_frequency: float = 1.3e13  # s^-1

    def efficiency(self, conditions):
        """Fraction of the sticking H that leaves as H2 (grains colder than 1 K count as 1 K).

        1 / (1 + a + b) / (1 + c), where a and c hold exp(+-E/T) that would overflow: they stand inside a sigmoid.
        """
        t = jnp.maximum(conditions.dust_temperature, 1.0)
        barrier = (1.0 + math.sqrt((self.chemisorbed - self.saddle) / (self.physisorbed - self.saddle))) ** 2
        log_a = math.log(self.staying * self.flux / (2.0 * self.h2_frequency)) + self.h2 / t
        log_c = math.log(self.h_frequency / (2.0 * self.flux) * barrier) - 1.5 * self.chemisorbed / t
        one_b = 1.0 + 0.25 * barrier * jnp.exp(-self.saddle / t)
        return jax.nn.sigmoid(jnp.log(one_b) - log_a) / one_b * jax.nn.sigmoid(-log_c)


_SILICATE = _Surface(saddle=110.0, h2=320.0, physisorbed=450.0, cross_section=8.473e-22)
_GRAPHITE = _Surface(saddle=260.0, h2=520.0, physisorbed=800.0, cross_section=7.908e-22)
