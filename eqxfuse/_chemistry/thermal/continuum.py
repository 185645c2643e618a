"""Cooling of dense primordial gas by continuous radiation."""

from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.thermal.fits import log10, polynomial, power10
from eqxfuse._chemistry.thermal.gas import Scalar
from eqxfuse._chemistry.thermal.process import Process, process

_COLD = (
    -30.3314216559651, 19.0004016698518, -17.1507937874082, 9.49499574218739, -2.54768404538229, 0.265382965410969,
)  # fmt: skip
_WARM = (
    -180.992524120965, 168.471004362887, -67.499549702687, 13.5075841245848, -1.31983368963974, 0.0500087685129987,
)  # fmt: skip


@process
class CollisionInducedEmission(Process):
    """Emission of H2 during collisions, m_p 10^P(log10 T) n(H2) n_tot (1 - exp(-tau))/tau, tau = (n(H2)/7e15)^2.8."""

    units: ClassVar[str] = "no parameters"
    citation: ClassVar[str] = "Ripamonti & Abel 2004, MNRAS 348, 1019"
    validity: ClassVar[str] = "100 to 1e5 K, zero below, as T^3 above"
    needs: ClassVar[tuple[str, ...]] = ("H2",)

    def heating(self, gas):
        h2, t = gas.n("H2"), gas.within(1.0, 1e9)
        log_t = log10(t)
        cold, warm = polynomial(_COLD, jnp.clip(log_t, 2.0, 2.95)), polynomial(_WARM, jnp.clip(log_t, 2.95, 5.0))
        exponent = jnp.select([log_t < 2.95, log_t < 5.0], [cold, warm], 3.0 * log_t - 21.2968823113691)
        emission = jnp.where(t > 100.0, power10(exponent), 0.0)
        return -gas.constants.proton_mass * emission * h2 * gas.total * _escaping((h2 / 7e15) ** 2.8)


def _escaping(depth: Scalar) -> Scalar:
    """(1 - exp(-tau))/tau, without cancellation."""
    thick = jnp.maximum(depth, 1e-6)
    return jnp.where(depth > 1e-6, -jnp.expm1(-thick) / thick, 1.0 - 0.5 * depth)


@process
class Continuum(Process):
    """4 sigma T^4 kappa rho min(1, tau^-2): absorption with Planck's mean opacity over a Jeans length."""

    units: ClassVar[str] = "no parameters"
    citation: ClassVar[str] = (
        "Omukai 2000, ApJ 534, 809, with a power law through the opacities of Lenzuni, Chernoff & Salpeter 1991, "
        "ApJS 76, 759"
    )
    validity: ClassVar[str] = "densities above 1e-12 g cm^-3, zero below; opacity held beyond 0.5 g cm^-3"

    def heating(self, gas):
        rho = gas.mass_density
        dense = jnp.clip(rho, 1e-12, 0.5)
        absorption = power10(1.000042 * log10(dense) + 2.14989) * rho
        depth = absorption * gas.jeans_length
        escaping = jnp.maximum(depth, 1.0) ** -2.0
        emission = 4.0 * gas.constants.stefan_boltzmann * gas.within(0.0, 1e9) ** 4 * absorption * escaping
        return -jnp.where(rho > 1e-12, emission, 0.0)
