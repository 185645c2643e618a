"""The modified Arrhenius law."""

from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._rate_laws._law import Parameter, RateLaw, rate_law


@rate_law
class Kooij(RateLaw):
    """k = alpha (T/300 K)^beta exp(-gamma/T)."""

    units: ClassVar[str] = "alpha [cm^3(m-1) s^-1], beta [1], gamma [K]"
    citation: ClassVar[str] = "Kooij 1893, Z. Phys. Chem. 12, 155; McElroy et al. 2013, A&A 550, A36, eq. 1"

    alpha: Parameter
    beta: Parameter = 0.0
    gamma: Parameter = 0.0

    def coefficient(self, conditions):
        t = conditions.temperature
        return self.alpha * jnp.exp(self.beta * jnp.log(t / 300.0) - self.gamma / t)
