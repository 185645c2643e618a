"""Collisions of gas with grains."""

from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.thermal.gas import Scalar
from eqxfuse._chemistry.thermal.process import Process, process


@process
class GasGrainExchange(Process):
    """coefficient T^1/2 (T - T_dust)(1 - 0.8 exp(-75/T)) n_H^2, per dust-to-gas ratio of 0.01; cools if T > T_dust."""

    units: ClassVar[str] = "coefficient [erg cm^3 s^-1 K^-3/2]"
    citation: ClassVar[str] = "Hollenbach & McKee 1989, ApJ 342, 306, eq. 2.15"
    validity: ClassVar[str] = "grains down to 10 nm; the temperature is held below 1e9 K"

    coefficient: float | Scalar = 3.8e-33

    def heating(self, gas):
        t = gas.within(1.0, 1e9)
        accommodation = jnp.sqrt(t) * (1.0 - 0.8 * jnp.exp(-75.0 / t)) * gas.conditions.dust_to_gas / 0.01
        return -self.coefficient * accommodation * (t - gas.conditions.dust_temperature) * gas.density**2
