"""Capture of ions by molecules with a dipole, from trajectory calculations of Su and Chesnavich."""

from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, rate_law

_CITATION = "Su & Chesnavich 1982, J. Chem. Phys. 76, 5183; Wakelam et al. 2012, ApJS 199, 21"
_UNITS = "alpha [1] branching ratio, beta [cm^3 s^-1] Langevin coefficient, gamma [1] reduced dipole at 300 K"


@rate_law
class IonPolar1(RateLaw):
    """k = alpha beta (0.62 + 0.4767 gamma (300 K/T)^(1/2)), for low temperatures (KIDA formula 4)."""

    units: ClassVar[str] = _UNITS
    citation: ClassVar[str] = _CITATION

    alpha: Parameter
    beta: Parameter
    gamma: Parameter

    def coefficient(self, conditions):
        x = self.gamma * jnp.sqrt(300.0 / conditions.temperature)
        return self.alpha * self.beta * (0.62 + 0.4767 * x)


@rate_law
class IonPolar2(RateLaw):
    """k = alpha beta (1 + 0.0967 gamma (300 K/T)^(1/2) + gamma^2 300 K/(10.526 T)), for high ones (KIDA formula 5)."""

    units: ClassVar[str] = _UNITS
    citation: ClassVar[str] = _CITATION

    alpha: Parameter
    beta: Parameter
    gamma: Parameter

    def coefficient(self, conditions):
        x = self.gamma * jnp.sqrt(300.0 / conditions.temperature)
        return self.alpha * self.beta * (1.0 + 0.0967 * x + x * x / 10.526)
