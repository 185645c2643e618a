"""Photodissociation of H2, which shields itself."""

from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.rate_laws.columns import column, transmission
from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, option, rate_law

_WAVELENGTH = 1000.0e-8  # of a typical line [cm]
_RADIATIVE_WIDTH = 8.0e7  # [s^-1]
_EXTINCTION_1000 = 4.65  # optical depth of dust at 1000 Angstrom over that in the visual


@rate_law
class ShieldedH2(RateLaw):
    """H2 + photon -> H + H: alpha g0, dust at 1000 Angstrom, and self-shielding of the lines.

    The modifier is the sum of a Doppler core and radiative wings as functions of the column of H2 (`h2_column` and that
    over `radius`) and of `turbulent_velocity`, for equal amounts of ortho- and para-H2. As published, the core jumps by
    2 % at an optical depth of 2, and the sum is 1.002 for no column at all and 1 km s^-1.
    """

    units: ClassVar[str] = "alpha [s^-1] in the unshielded Draine field"
    citation: ClassVar[str] = (
        "Federman, Glassgold & Kwan 1979, ApJ 227, 466; alpha: UCLCHEM, Holdship et al. 2017, AJ 154, 38"
    )

    alpha: Parameter = 5.18e-11
    h2: str = option(default="H2")

    @property
    def modifying_species(self):
        return (self.h2,)

    def coefficient(self, conditions):
        return self.alpha * conditions.g0 * transmission(conditions.av, _EXTINCTION_1000)

    def modifier(self, conditions, densities):
        doppler_width = conditions.turbulent_velocity / _WAVELENGTH
        depth = 0.5 * 1.5e-2 * 1.0e-2 * column(conditions, densities[0], conditions.h2_column) / doppler_width
        return _core(depth) + _wings(depth, _RADIATIVE_WIDTH / (1.7724539 * doppler_width))


def _core(depth):
    thick = jnp.maximum(depth, 2.0)  # keeps the powers, and their derivatives, off zero
    return jnp.select(
        [depth < 2.0, depth < 10.0, depth < 100.0],
        [jnp.exp(-0.6666667 * depth), 0.638 * thick**-1.25, 0.505 * thick**-1.15],
        0.344 * thick**-1.0667,
    )


def _wings(depth, ratio):
    """`ratio` is the radiative width over the Doppler width."""
    t = 3.02 * (1.0e3 * ratio) ** -0.064
    return ratio / (t * jnp.sqrt(0.78539816 + depth * ratio / (t * t)))
