"""Cooling by rotational lines of CO."""

import math
from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.thermal.co_table import COLUMNS, EQUILIBRIUM, EXPONENT, HALF, LOW_DENSITY, TEMPERATURES
from eqxfuse._chemistry.thermal.fits import bilinear, log10, piecewise_linear, power10
from eqxfuse._chemistry.thermal.gas import Gas, Scalar
from eqxfuse._chemistry.thermal.process import Process, option, process

_LOG_TEMPERATURES = tuple(map(math.log10, TEMPERATURES))


@process
class COCooling(Process):
    """Rotational lines of CO: L n n(CO) with 1/L = 1/L0 + n/L_LTE + (n/n_half)^alpha (1 - n_half L0/L_LTE)/L0.

    The parameters depend on temperature and on N(CO) per velocity, which is n(CO) over `velocity_gradient`. n is the
    density of H2 plus that of H and electrons with the ratio of their cross sections. What the molecules absorb of the
    microwave background is L at its temperature.
    """

    units: ClassVar[str] = "no parameters"
    citation: ClassVar[str] = (
        "Neufeld, Lepp & Melnick 1995, ApJS 100, 132; Neufeld & Kaufman 1993, ApJ 418, 263; partners: Gong, Ostriker & "
        "Wolfire 2017, ApJ 843, 38; background: Omukai 2001, ApJ 546, 635"
    )
    validity: ClassVar[str] = (
        "10 to 2000 K, continued as a power law to 1 K and constant above; N of 10^14.5 to 10^19 cm^-2 per km/s, "
        "constant below, the power law of the last cell above"
    )
    needs: ClassVar[tuple[str, ...]] = ("CO",)

    background: bool = option(default=True)
    """Whether the microwave background is taken off."""

    def heating(self, gas):
        emitted = _emitted(gas, gas.temperature)
        if self.background:
            emitted = emitted - _emitted(gas, jnp.asarray(gas.conditions.cmb_temperature, gas.densities.dtype))
        return -gas.n("CO") * emitted


def _emitted(gas: Gas, temperature: Scalar) -> Scalar:
    """What one molecule radiates in gas of a temperature [erg s^-1]."""
    t = jnp.clip(temperature, 1.0, TEMPERATURES[-1])
    n = gas.n("H2") + 1.75 * t**0.25 * gas.n("H") + 680.1 * t**-0.25 * gas.n("e-")
    column = log10(jnp.maximum(gas.n("CO"), 1e-20)) - log10(gas.conditions.velocity_gradient / 1e5)
    log_t, column = log10(t), jnp.clip(column, COLUMNS[0], 25.0)
    grid = _LOG_TEMPERATURES, COLUMNS
    low = _continued(tuple(zip(_LOG_TEMPERATURES, LOW_DENSITY, strict=True)), log_t)
    ratio = power10(bilinear(EQUILIBRIUM, *grid, log_t, column) - low)
    half = power10(bilinear(HALF, *grid, log_t, column))
    inside = jnp.maximum(log_t, _LOG_TEMPERATURES[0]), jnp.minimum(column, COLUMNS[-1])
    exponent = bilinear(EXPONENT, *grid, *inside)
    relative = n / half
    power = jnp.exp(exponent * jnp.log(jnp.maximum(relative, 1e-30)))
    return power10(-low) * n / (1.0 + n * ratio + power * jnp.maximum(1.0 - half * ratio, 0.0))


def _continued(points, x):
    """Through `points`, and along the first of its lines below them."""
    (start, low), (end, high) = points[:2]
    return piecewise_linear(points, x) + (high - low) / (end - start) * jnp.minimum(x - start, 0.0)
