"""The modified Arrhenius law."""

from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, rate_law


@rate_law
class Kooij(RateLaw):
    """k = alpha (T/300 K)^beta exp(-gamma/T)."""

    units: ClassVar[str] = "alpha [cm^3(m-1) s^-1], beta [1], gamma [K]"
    citation: ClassVar[str] = "Kooij 1893, Z. Phys. Chem. 12, 155; McElroy et al. 2013, A&A 550, A36, eq. 1"

    alpha: Parameter
    beta: Parameter = 0.0
    gamma: Parameter = 0.0

    @property
    def lowest_temperature(self):
        return where_boltzmann_is_largest(self.gamma)

    def coefficient(self, conditions):
        t = conditions.temperature
        return self.alpha * jnp.exp(self.beta * jnp.log(t / 300.0) - self.gamma / t)

    def coefficient_within(self, conditions, low, high):
        """One logarithm, clipped for each row, instead of a logarithm a row."""
        t = jnp.clip(conditions.temperature, low, high)
        log_t = jnp.clip(jnp.log(conditions.temperature / 300.0), jnp.log(low / 300.0), jnp.log(high / 300.0))
        return self.alpha * jnp.exp(self.beta * log_t - self.gamma / t)


_LARGEST_EXPONENT = 60.0


def where_boltzmann_is_largest(*gammas) -> float:
    """The temperature [K] at which exp(-gamma/T) reaches exp(60), for the least of the `gammas` [K]; 0 if none is
    negative. Far beyond anything that was measured, and still no overflow of a coefficient, not even in float32.
    """
    return max(0.0, *(-float(gamma) for gamma in gammas)) / _LARGEST_EXPONENT


def power_law(temperature, beta):
    """(T/300 K)^beta for T > 0."""
    return jnp.exp(beta * jnp.log(temperature / 300.0))
