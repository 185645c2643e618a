"""Cooling by lines of HD."""

from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.thermal.fits import log10, polynomial, power10
from eqxfuse._chemistry.thermal.gas import Gas, Scalar
from eqxfuse._chemistry.thermal.process import Process, option, process

_COEFFICIENTS = (
    (-42.56788, 0.92433, 0.54962, -0.07676, 0.00275),
    (21.93385, 0.77952, -1.06447, 0.11864, -0.00366),
    (-10.19097, -0.54263, 0.62343, -0.07366, 0.002514),
    (2.19906, 0.11711, -0.13768, 0.01759, -0.00066631),
    (-0.17334, -0.00835, 0.0106, -0.001482, 0.00006192),
)  # powers of log10 T down, of log10 n(H) across


@process
class HDCooling(Process):
    """Lines of HD excited by H: 10^(sum c_ij (log10 T)^i (log10 n(H))^j) n(HD), less the same at the temperature of the
    microwave background.
    """

    units: ClassVar[str] = "no parameters"
    citation: ClassVar[str] = (
        "Lipovka, Nunez-Lopez & Avila-Reese 2005, MNRAS 361, 850; background: Omukai 2001, ApJ 546, 635"
    )
    validity: ClassVar[str] = "100 to 2e4 K and n(H) of 1 to 1e8 cm^-3, held within 10 and 1e4 K, 1e-2 and 1e10 cm^-3"
    needs: ClassVar[tuple[str, ...]] = ("HD", "H")

    background: bool = option(default=True)
    """Whether the microwave background is taken off."""

    def heating(self, gas):
        radiated = _radiated(gas, gas.temperature)
        if self.background:
            radiated = radiated - _radiated(gas, jnp.asarray(gas.conditions.cmb_temperature, radiated.dtype))
        return -gas.n("HD") * radiated


def _radiated(gas: Gas, temperature: Scalar) -> Scalar:
    """By one molecule [erg s^-1]."""
    t, n = log10(jnp.clip(temperature, 10.0, 1e4)), log10(jnp.clip(gas.n("H"), 1e-2, 1e10))
    return power10(polynomial([polynomial(row, n) for row in _COEFFICIENTS], t))
