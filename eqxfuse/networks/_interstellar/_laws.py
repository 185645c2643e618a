"""The rate law that interstellar gas needs beside the public ones."""

from typing import ClassVar

import jax.numpy as jnp

from eqxfuse.rate_laws import Parameter, RateLaw, option, rate_law

_HABING_PER_DRAINE = 1.7
_FEWEST_ELECTRONS = 1e-20  # cm^-3


@rate_law
class GrainRecombination(RateLaw):
    """An ion meets a grain that has an electron for it: k n_H [s^-1], with one factor, the density of the ion.

    k = 1e-14 c0/(1 + c1 psi^c2 (1 + c3 T^c4 psi^(-c5 - c6 ln T))) for a dust-to-gas mass ratio of 0.01, psi =
    G T^1/2/n_e with G = 1.7 g0 exp(-extinction Av), as in the heat of the grains. psi is held within 1 and 1e8, T
    within 10 and 1e4 K.
    """

    units: ClassVar[str] = "c0 [1e-14 cm^3 s^-1], c1 to c6 [1], extinction [mag^-1]"
    citation: ClassVar[str] = "Weingartner & Draine 2001, ApJ 563, 842, eq. 8 and table 3"

    coefficients: tuple[Parameter, ...]
    extinction: Parameter = 2.5
    electron: str = option(default="e-")

    @property
    def modifying_species(self):
        return (self.electron,)

    def coefficient(self, conditions):
        return 1e-14 * self.coefficients[0] * (conditions.dust_to_gas / 0.01) * conditions.density

    def modifier(self, conditions, densities):
        _, c1, c2, c3, c4, c5, c6 = self.coefficients
        temperature = jnp.clip(conditions.temperature, 10.0, 1e4)
        field = _HABING_PER_DRAINE * conditions.g0 * jnp.exp(-self.extinction * conditions.av)
        electrons = jnp.maximum(densities[0], _FEWEST_ELECTRONS)
        psi = jnp.clip(field * jnp.sqrt(temperature) / electrons, 1.0, 1e8)
        slope = -c5 - c6 * jnp.log(temperature)
        return 1.0 / (1.0 + c1 * psi**c2 * (1.0 + c3 * temperature**c4 * psi**slope))
