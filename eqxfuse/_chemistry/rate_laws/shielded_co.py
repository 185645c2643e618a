"""Photodissociation of CO, shielded by itself and by H2."""

import math
from typing import ClassVar

import jax.numpy as jnp
import numpy as np

from eqxfuse._chemistry.rate_laws.columns import column, extinction_ratio, transmission
from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, option, rate_law


@rate_law
class ShieldedCO(RateLaw):
    """CO + photon -> C + O: alpha g0, with shielding by CO, H2 and dust in the modifier.

    The shielding is read from a table of log10 against log10 N(CO) and log10 N(H2), linear between its points and
    constant outside; UCLCHEM draws splines through the same points, which lie up to a factor of 1.6 apart from the
    lines. Dust acts at the mean wavelength of the bands, which depends on the columns too.
    """

    units: ClassVar[str] = "alpha [s^-1] in the unshielded Draine field"
    citation: ClassVar[str] = "van Dishoeck & Black 1988, ApJ 334, 771, table 5 and eq. 4"

    alpha: Parameter = 2.0e-10
    co: str = option(default="CO")
    h2: str = option(default="H2")

    @property
    def modifying_species(self):
        return (self.co, self.h2)

    def coefficient(self, conditions):
        return self.alpha * conditions.g0

    def modifier(self, conditions, densities):
        in_front = (conditions.co_column, conditions.h2_column)
        log_co, log_h2 = (jnp.log10(column(conditions, *n) + 1.0) for n in zip(densities, in_front, strict=True))
        dust = transmission(conditions.av, extinction_ratio(mean_wavelength(log_co, log_h2)))
        return line_shielding(log_co, log_h2) * dust


def mean_wavelength(log_co, log_h2):
    """Mean wavelength of the dissociating bands [Angstrom], between the first and the last of the 33 bands."""
    constant, linear = 5675.0 - 200.6 * log_h2, 571.6 - 24.09 * log_h2
    square = 18.22 - 0.7664 * log_h2
    return jnp.clip(constant - linear * log_co + square * log_co * log_co, 913.6, 1076.1)


def line_shielding(log_co, log_h2):
    """Shielding by the lines of CO and H2, from log10 of the columns [cm^-2]."""
    table = jnp.asarray(_LOG_SHIELDING, jnp.result_type(log_co))
    weights = _weights(log_h2, 18.0, 6)[..., :, None] * _weights(log_co, 12.0, 8)[..., None, :]
    return jnp.exp(math.log(10.0) * jnp.sum(weights * table, axis=(-2, -1)))


def _weights(x, first, n):
    """Weights [..., n] of linear interpolation in a table at first, first + 1, ..., constant outside."""
    points = jnp.arange(n, dtype=jnp.result_type(x))
    place = jnp.clip(x - first, 0.0, n - 1.0)
    return jnp.maximum(1.0 - jnp.abs(place[..., None] - points), 0.0)


# Rows: log10 N(H2) = 18..23; columns: log10 N(CO) = 12..19.
_LOG_SHIELDING = np.array(
    [
        [0.000, -0.01408, -0.1099, -0.4400, -1.154, -1.888, -2.760, -4.001],
        [-0.08539, -0.1015, -0.2104, -0.5608, -1.272, -1.973, -2.818, -4.055],
        [-0.1451, -0.1612, -0.2708, -0.6273, -1.355, -2.057, -2.902, -4.122],
        [-0.4559, -0.4666, -0.5432, -0.8665, -1.602, -2.303, -3.146, -4.421],
        [-1.303, -1.312, -1.367, -1.676, -2.305, -3.034, -3.758, -5.077],
        [-3.883, -3.888, -3.936, -4.197, -4.739, -5.165, -5.441, -6.446],
    ]
)
