"""Photo-ionisation of C, shielded by itself and by H2."""

from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.rate_laws.columns import column
from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, option, rate_law

_SMALL = 1.0 / 1.59e21


@rate_law
class ShieldedC(RateLaw):
    """C + photon -> C+ + e-: alpha g0 exp(-gamma Av), with the modifier exp(-tau).

    tau = 1.1e-17 N(C) + 0.9 T^0.27 (N(H2)/1.59e21)^0.45, columns in cm^-2. Below one molecule of H2
    per cm^2 a parabola replaces the power, so that the slope at no H2 is finite.
    """

    units: ClassVar[str] = "alpha [s^-1] in the unshielded Draine field, gamma [mag^-1]"
    citation: ClassVar[str] = (
        "Kamp & Bertoldi 2000, A&A 353, 276; constants as in UCLCHEM, Holdship et al. 2017, AJ 154, 38"
    )

    alpha: Parameter
    gamma: Parameter = 0.0
    c: str = option(default="C")
    h2: str = option(default="H2")

    @property
    def modifying_species(self):
        return (self.c, self.h2)

    def coefficient(self, conditions):
        return self.alpha * conditions.g0 * jnp.exp(-self.gamma * conditions.av)

    def modifier(self, conditions, densities):
        in_front = (conditions.c_column, conditions.h2_column)
        c, h2 = (column(conditions, *n) for n in zip(densities, in_front, strict=True))
        lines = 0.9 * conditions.temperature**0.27 * _power_045(h2 / 1.59e21)
        return jnp.exp(-1.1e-17 * c - lines)


def _power_045(x):
    """x^0.45 for x >= _SMALL; below, the parabola through 0 that meets it with the same slope."""
    s = jnp.minimum(x / _SMALL, 1.0)
    parabola = _SMALL**0.45 * s * (1.55 - 0.55 * s)
    return jnp.where(x < _SMALL, parabola, jnp.maximum(x, _SMALL) ** 0.45)
