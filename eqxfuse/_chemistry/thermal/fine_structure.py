"""Cooling by fine-structure lines of C, O and C+."""

from collections.abc import Sequence
from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.thermal.few_levels import Levels, Line, few_level_cooling
from eqxfuse._chemistry.thermal.fits import polynomial
from eqxfuse._chemistry.thermal.gas import Gas, Scalar
from eqxfuse._chemistry.thermal.process import Process, option, process

_DRAINE = "Draine 2011, Physics of the Interstellar and Intergalactic Medium, appendix F"
_WARMEST = 1e4

# De-excitation by heavy particles, a (T/100 K)^(b + c ln(T/100 K)) [cm^3 s^-1], for the lines in order.
_C = Levels((0.0, 23.6199, 62.4621), (1, 3, 5), (Line(1, 0, 7.93e-8), Line(2, 0, 1.72e-14), Line(2, 1, 2.65e-7)))
_C_H = (1.26e-10, 0.115, 0.057), (8.9e-11, 0.228, 0.046), (2.64e-10, 0.231, 0.046)
_C_PARA = (6.7e-11, -0.085, 0.102), (8.6e-11, -0.010, 0.048), (1.75e-10, 0.072, 0.064)
_C_ORTHO = (7.1e-11, -0.004, 0.049), (6.9e-11, 0.169, 0.038), (1.48e-10, 0.263, 0.031)

_O = Levels((0.0, 227.71, 326.58), (5, 3, 1), (Line(1, 0, 8.91e-5), Line(2, 0, 1.34e-10), Line(2, 1, 1.75e-5)))
_O_H = (3.57e-10, 0.419, -0.003), (3.19e-10, 0.369, -0.006), (4.34e-10, 0.755, -0.160)
_O_PARA = (1.49e-10, 0.264, 0.025), (1.90e-10, 0.203, 0.041), (2.10e-12, 0.889, 0.043)
_O_ORTHO = (1.37e-10, 0.296, 0.043), (2.23e-10, 0.237, 0.058), (3.00e-12, 1.198, 0.525)
_O_ELECTRON = (5.12e-10, -0.075), (4.86e-10, -0.026), (1.08e-14, 0.926)  # a T^b

_C_PLUS = Levels((0.0, 91.21), (2, 4), (Line(1, 0, 2.30e-6),))

# Collision strengths of C and electrons, exp(polynomial in ln T), up to 1000 K and above.
_C_ELECTRON = (
    ((-9.25141, -0.773782, 0.361184, -1.50892e-2, -6.56325e-4), (444.6, -227.913, 42.595, -3.4762, 0.10508)),
    ((-7.69735, -1.30743, 0.697638, -0.111338, 7.05277e-3), (350.609, -187.474, 36.1803, -3.03283, 0.0938138)),
    ((-7.4387, -0.57443, 0.358264, -4.18166e-2, 2.35272e-3), (386.186, -202.193, 38.5049, -3.19268, 0.0978573)),
)


def _spin_isomers(gas: Gas) -> tuple[Scalar, Scalar]:
    """Densities of ortho- and para-H2 [cm^-3]."""
    h2, ratio = gas.n("H2"), gas.conditions.ortho_para_ratio
    return h2 * ratio / (1.0 + ratio), h2 / (1.0 + ratio)


def _power(fit: Sequence[float], t: Scalar) -> Scalar:
    a, b, c = fit
    log_t = jnp.log(t / 100.0)
    return a * jnp.exp((b + c * log_t) * log_t)


class _Lines(Process):
    units: ClassVar[str] = "no parameters"
    validity: ClassVar[str] = "optically thin; rates of collisions held within 10 and 1e4 K"

    background: bool
    """Whether the microwave background is absorbed and stimulates emission."""

    def _net(self, gas: Gas, formula: str, levels: Levels, collisions: Sequence[Scalar]) -> Scalar:
        background = jnp.maximum(gas.conditions.cmb_temperature, 1.0) if self.background else None
        radiated = few_level_cooling(levels, collisions, gas.within(1.0, 1e9), background)
        return -gas.constants.boltzmann * gas.n(formula) * radiated


def _heavy(gas: Gas, t: Scalar, *, hydrogen, ortho, para) -> list[Scalar]:
    """Rates of de-excitation by H and H2 [s^-1], line by line."""
    o, p = _spin_isomers(gas)
    partners = (gas.n("H"), hydrogen), (o, ortho), (p, para)
    nothing = jnp.zeros_like(t)
    return [sum((n * _power(fits[line], t) for n, fits in partners), nothing) for line in range(len(hydrogen))]


@process
class CarbonLines(_Lines):
    """[C I] at 609 and 370 um, excited by H, H2 and electrons."""

    citation: ClassVar[str] = f"{_DRAINE}; electrons: Johnson, Burke & Kingston 1987, J. Phys. B 20, 2553"
    needs: ClassVar[tuple[str, ...]] = ("C",)

    background: bool = option(default=True)

    def heating(self, gas):
        t = gas.within(10.0, _WARMEST)
        rates = _heavy(gas, t, hydrogen=_C_H, ortho=_C_ORTHO, para=_C_PARA)
        return self._net(gas, "C", _C, [q + gas.n("e-") * k for q, k in zip(rates, _carbon_electrons(t), strict=True)])


def _carbon_electrons(t: Scalar) -> list[Scalar]:
    cold, warm = jnp.log(jnp.minimum(t, 1e3)), jnp.log(jnp.maximum(t, 1e3))
    strengths = [jnp.exp(jnp.where(t <= 1e3, polynomial(a, cold), polynomial(b, warm))) for a, b in _C_ELECTRON]
    weights = (_C.weights[line.upper] for line in _C.lines)
    return [8.629e-6 / g / jnp.sqrt(t) * strength for g, strength in zip(weights, strengths, strict=True)]


@process
class OxygenLines(_Lines):
    """[O I] at 63 and 146 um, excited by H, H2 and electrons."""

    citation: ClassVar[str] = f"{_DRAINE}; electrons: Bell, Berrington & Thomas 1998, MNRAS 293, L83"
    needs: ClassVar[tuple[str, ...]] = ("O",)

    background: bool = option(default=True)

    def heating(self, gas):
        t, e = gas.within(10.0, _WARMEST), gas.n("e-")
        rates = _heavy(gas, t, hydrogen=_O_H, ortho=_O_ORTHO, para=_O_PARA)
        electrons = [a * jnp.exp(b * jnp.log(t)) for a, b in _O_ELECTRON]
        return self._net(gas, "O", _O, [q + e * k for q, k in zip(rates, electrons, strict=True)])


@process
class IonisedCarbonLine(_Lines):
    """[C II] at 158 um, excited by H, H2 and electrons."""

    citation: ClassVar[str] = (
        "H: Barinovs et al. 2005, ApJ 620, 537; H2: Wiesenfeld & Goldsmith 2014, ApJ 780, 183; electrons and fits: "
        "Draine 2011, Physics of the Interstellar and Intergalactic Medium"
    )
    needs: ClassVar[tuple[str, ...]] = ("C+",)

    background: bool = option(default=True)

    def heating(self, gas):
        t = gas.within(10.0, _WARMEST)
        t2, (o, p) = t / 100.0, _spin_isomers(gas)
        cold = t <= 500.0
        ortho = jnp.where(cold, (5.33 + 0.11 * t2) * 1e-10, 3.7476e-10 * t**0.07)
        para = jnp.where(cold, (4.43 + 0.33 * t2) * 1e-10, 3.8900e-10 * t**0.07)
        electrons = 4.53e-8 * jnp.sqrt(1e4 / t)
        rate = _power((7.58e-10, 0.1281, 0.0087), t) * gas.n("H") + ortho * o + para * p + electrons * gas.n("e-")
        return self._net(gas, "C+", _C_PLUS, [rate])
