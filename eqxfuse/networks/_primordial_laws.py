"""Rate laws that primordial chemistry needs beside Kooij's."""

import math
from typing import ClassVar

import jax.numpy as jnp

from eqxfuse.rate_laws import Kooij, Parameter, RateLaw, option, rate_law

KELVIN_PER_EV = 11604.518
"""Temperature [K] at which k_B T is 1 eV (CODATA 2018)."""


@rate_law
class LogPolynomial(RateLaw):
    """ln k = c0 + c1 x + c2 x^2 + ..., x = ln(T / unit)."""

    units: ClassVar[str] = "coefficients c0, c1, ... of ln(k [cm^3 s^-1]) [1], unit [K]"
    citation: ClassVar[str] = "Janev et al. 1987, Elementary Processes in Hydrogen-Helium Plasmas, Springer"

    coefficients: tuple[Parameter, ...]
    unit: float = option(default=KELVIN_PER_EV)

    def coefficient(self, conditions):
        x = jnp.log(conditions.temperature / self.unit)
        logarithm = self.coefficients[-1]
        for c in reversed(self.coefficients[:-1]):
            logarithm = logarithm * x + c
        return jnp.exp(logarithm)


@rate_law
class RecombinationOfHeII(RateLaw):
    """k = radiative t^-0.6353 + dielectronic t^-1.5 (0.3 exp(-48.596/t) + exp(-40.496/t)), t = k_B T / eV."""

    units: ClassVar[str] = "radiative, dielectronic [cm^3 s^-1]"
    citation: ClassVar[str] = "Abel et al. 1997, New Astron. 2, 181, reaction 4; Cen 1992, ApJS 78, 341"

    radiative: Parameter = 3.925e-13
    dielectronic: Parameter = 1.544e-9

    def coefficient(self, conditions):
        t = conditions.temperature / KELVIN_PER_EV
        log = jnp.log(t)
        resonances = 0.3 * jnp.exp(-1.5 * log - 48.596 / t) + jnp.exp(-1.5 * log - 40.496 / t)
        return self.radiative * jnp.exp(-0.6353 * log) + self.dielectronic * resonances


@rate_law
class RecombinationOfHeIII(RateLaw):
    """k = alpha T^-0.5 (T/1000 K)^-0.2 / (1 + (T/1e6 K)^0.7)."""

    units: ClassVar[str] = "alpha [cm^3 s^-1 K^0.5]"
    citation: ClassVar[str] = "Abel et al. 1997, New Astron. 2, 181, reaction 6; Cen 1992, ApJS 78, 341"

    alpha: Parameter = 3.36e-10

    def coefficient(self, conditions):
        log = jnp.log(conditions.temperature)
        high = 1.0 + jnp.exp(0.7 * (log - math.log(1e6)))
        return self.alpha * jnp.exp(-0.7 * log + 0.2 * math.log(1e3)) / high


def kooij_of(alpha: float, beta: float = 0.0, gamma: float = 0.0, unit: float = 1.0) -> Kooij:
    """alpha (T/unit)^beta exp(-gamma unit/T): a Kooij law whose temperatures come in another unit [K]."""
    return Kooij(alpha * (300.0 / unit) ** beta, beta, gamma * unit)


def decimal_polynomial(*coefficients: float) -> LogPolynomial:
    """log10 k = c0 + c1 x + c2 x^2 + ..., x = log10(T/K)."""
    ln10 = math.log(10.0)
    return LogPolynomial(tuple(c * ln10 ** (1 - power) for power, c in enumerate(coefficients)), unit=1.0)
