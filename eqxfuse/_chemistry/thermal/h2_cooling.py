"""Cooling by lines of H2."""

from typing import ClassVar, Literal, get_args

import jax.numpy as jnp

from eqxfuse._chemistry.thermal.fits import bilinear, divided, log10, polynomial, power10, window
from eqxfuse._chemistry.thermal.gas import Gas, Scalar
from eqxfuse._chemistry.thermal.h2_escape import COLUMNS, ESCAPE, TEMPERATURES
from eqxfuse._chemistry.thermal.process import Process, option, process

Opacity = Literal["density", "column", "none"]

_COLD, _HOT = 2000.0, 1e4
_H = (
    (-16.818342, 37.383713, 58.145166, 48.656103, 20.159831, 3.8479610),
    (-24.311209, 3.5692468, -11.332860, -27.850082, -21.328264, -4.2519023),
    (-24.311209, 4.6450521, -3.7209846, 5.9369081, -5.5108049, 1.5538288),
)  # to 100, 1000, 6000 K
_PROTON = (-22.089523, 1.5714711, 0.015391166, -0.23619985, -0.51002221, 0.32168730)
_H2 = (-23.962112, 2.09433740, -0.77151436, 0.43693353, -0.14913216, -0.033638326)
_HE = (-23.689237, 2.1892372, -0.81520438, 0.29036281, -0.16596184, 0.19191375)
_ELECTRON = (
    (-21.928796, 16.815730, 96.743155, 343.19180, 734.71651, 983.67576, 801.81247, 364.14446, 70.609154),
    (-22.921189, 1.6802758, 0.93310622, 4.0406627, -4.7274036, -8.8077017, 8.9167183, 6.4380698, -6.3701156),
)  # to 500 K, and above
_LTE = (-20.584225, 5.0194035, -1.5738805, -4.7155769, 2.4714161, 5.4710750, -3.9467356, -2.2148338, 1.8161874)


def _at(coefficients, t, low: float, high: float):
    """10^polynomial in log10(T/1000 K) with T held in the range of the fit; 1e30 at most, where a window ends it."""
    return power10(jnp.minimum(polynomial(coefficients, log10(jnp.clip(t, low, high) / 1e3)), 30.0))


def _low_density(gas: Gas, t: Scalar) -> Scalar:
    """Cooling of one molecule by all partners [erg s^-1] where every excitation is followed by a photon."""
    log_t = log10(t)
    hot = 1.862314467912518e-22 * window(log_t, 1.0, 3.7781512503836434)
    fits = _at(_H[0], t, 10.0, 100.0), _at(_H[1], t, 100.0, 1e3), _at(_H[2], t, 1e3, 6e3)
    h = jnp.select([t <= 100.0, t <= 1e3, t <= 6e3], list(fits), hot)
    wide, narrow = window(log_t, 1.0, 4.0), window(log_t, 2.0, 4.0)
    proton = jnp.where(t <= _HOT, _at(_PROTON, t, 10.0, _HOT), 1.18250913938206e-21 * wide)
    helium = jnp.where(t <= _HOT, _at(_HE, t, 10.0, _HOT), 1.002560385050777e-22 * wide)
    electron = jnp.where(t <= 500.0, _at(_ELECTRON[0], t, 10.0, 500.0), _at(_ELECTRON[1], t, 500.0, 1e5))
    return (
        h * gas.n("H")
        + proton * gas.n("H+")
        + narrow * _at(_H2, t, 10.0, 1e5) * gas.n("H2")
        + helium * gas.n("He")
        + narrow * electron * gas.n("e-")
    )


def _rotations_and_vibrations(t):
    """Cooling of one molecule in equilibrium [erg s^-1], Hollenbach & McKee 1979, eq. 6.37 and 6.38."""
    t3 = t / 1e3
    rotations = 9.5e-22 * t3**3.76 / (1.0 + 0.12 * t3**2.1) * jnp.exp(-((0.13 / t3) ** 3)) + 3e-24 * jnp.exp(-0.51 / t3)
    return rotations + 6.7e-19 * jnp.exp(-5.86 / t3) + 1.6e-18 * jnp.exp(-11.7 / t3)


def _equilibrium(t):
    """Cooling of one molecule whose levels are in equilibrium [erg s^-1]."""
    cold, warm = _rotations_and_vibrations(jnp.minimum(t, _COLD)), _at(_LTE, t, _COLD, _HOT)
    hot = 5.531333679406485e-19 / (1.0 + jnp.exp(2e-4 * (jnp.maximum(t, _HOT) - 3e4)))
    return jnp.select([t < _COLD, t <= _HOT], [cold, warm], hot)


def _limited(low, equilibrium):
    """1/(1/low + 1/equilibrium), with a share of numbers that single precision can square."""
    return low * divided(1e24 * equilibrium, 1e24 * low + 1e24 * equilibrium)


@process
class H2Cooling(Process):
    """Lines of H2 excited by H, H+, H2, He and electrons, between the limits of low density and of equilibrium.

    `opacity` is what holds the photons back: "density", a factor min(1, (n_tot/8e9)^-0.45) found in collapsing gas;
    "column", an escape probability for half a Jeans length; "none". In a microwave background, what the gas radiates at
    the temperature of that comes back.
    """

    units: ClassVar[str] = "no parameters"
    citation: ClassVar[str] = (
        "Glover & Abel 2008, MNRAS 388, 1627; Glover 2015, MNRAS 451, 2082; Hollenbach & McKee 1979, ApJS 41, 555; "
        "opacity: Ripamonti & Abel 2004, MNRAS 348, 1019; K. Omukai, as tabulated in KROME; "
        "background: Omukai 2001, ApJ 546, 635"
    )
    validity: ClassVar[str] = "10 to 1e4 K, constant below, fading to zero by 1e5 K; 3 parts ortho-H2 to 1 para-H2"
    needs: ClassVar[tuple[str, ...]] = ("H2",)

    opacity: Opacity = option(default="density")
    background: bool = option(default=True)
    """Whether the microwave background is taken off."""

    def __post_init__(self):
        if self.opacity not in get_args(Opacity):
            raise ValueError(f"opacity must be one of {', '.join(get_args(Opacity))}, got {self.opacity!r}")

    def heating(self, gas):
        radiated = self._radiated(gas, gas.temperature)
        if self.background:
            radiated = radiated - self._radiated(gas, jnp.asarray(gas.conditions.cmb_temperature, radiated.dtype))
        return -gas.n("H2") * radiated * self._escaping(gas)

    def _radiated(self, gas: Gas, temperature: Scalar) -> Scalar:
        """By one molecule [erg s^-1]."""
        t = jnp.clip(temperature, 10.0, 1e5)
        return _limited(_low_density(gas, t), _equilibrium(t))

    def _escaping(self, gas: Gas):
        if self.opacity == "none":
            return 1.0
        if self.opacity == "density":
            return (jnp.maximum(gas.total, 8e9) / 8e9) ** -0.45
        column = log10(jnp.maximum(0.5 * gas.total * gas.jeans_length, 1.0))
        return power10(jnp.minimum(bilinear(ESCAPE, COLUMNS, TEMPERATURES, column, log10(gas.within(10.0, 1e5))), 0.0))


@process
class H2CoolingGalliPalla(Process):
    """Lines of H2 excited by H alone."""

    units: ClassVar[str] = "no parameters"
    citation: ClassVar[str] = "Galli & Palla 1998, A&A 335, 403; Hollenbach & McKee 1979, ApJS 41, 555"
    validity: ClassVar[str] = "13 to 1e5 K, the temperature held within 10 and 1e5 K; optically thin"
    needs: ClassVar[tuple[str, ...]] = ("H", "H2")

    def heating(self, gas):
        t = gas.within(10.0, 1e5)
        low = power10(polynomial((-103.0, 97.59, -48.05, 10.80, -0.9032), log10(t))) * gas.n("H")
        return -gas.n("H2") * _limited(low, _rotations_and_vibrations(t))
