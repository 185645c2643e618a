"""Heating by electrons that far-ultraviolet light frees from grains, and cooling by those that recombine with them."""

from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.constants import HABING_PER_DRAINE
from eqxfuse._chemistry.thermal.gas import Gas, Scalar
from eqxfuse._chemistry.thermal.process import Process, process

_BAKES_TIELENS = "Bakes & Tielens 1994, ApJ 427, 822; heating as modified by Wolfire et al. 2003, ApJ 587, 278"
_WEINGARTNER_DRAINE = "Weingartner & Draine 2001, ApJS 134, 263, eq. 44 and 45 for R_V = 3.1, b_C = 4e-5"
_EXTINCTION = 2.5  # Bergin et al. 2004, ApJ 612, 921


class _Grains(Process):
    units: ClassVar[str] = "extinction [mag^-1]"
    needs: ClassVar[tuple[str, ...]] = ("e-",)

    extinction: float | Scalar
    """The field falls as exp(-extinction Av)."""

    def field(self, gas: Gas) -> Scalar:
        """In Habing's unit, behind dust; none where the network has no electrons, which set the charge of grains."""
        if not gas.has("e-"):
            return jnp.zeros_like(gas.temperature)
        g0 = jnp.asarray(gas.conditions.g0, gas.densities.dtype)
        return HABING_PER_DRAINE * g0 * jnp.exp(-self.extinction * gas.conditions.av)

    def charging(self, gas: Gas) -> Scalar:
        """G T^1/2/n_e [K^1/2 cm^3], which sets the charge of grains; kept away from 0 and infinity."""
        return jnp.maximum(self.field(gas) * jnp.sqrt(_held(gas)) / jnp.maximum(gas.n("e-"), 1e-12), 1e-20)


def _held(gas: Gas) -> Scalar:
    return gas.within(1.0, 1e6)


def _metallicity(gas: Gas) -> Scalar:
    return jnp.asarray(gas.conditions.dust_to_gas, gas.densities.dtype) / 0.01


@process
class PhotoelectricBakesTielens(_Grains):
    """1.3e-24 efficiency G n_H, per dust-to-gas ratio of 0.01."""

    citation: ClassVar[str] = _BAKES_TIELENS
    validity: ClassVar[str] = "10 to 1e4 K and G T^1/2/n_e of 1e2 to 1e6; used everywhere"

    extinction: float | Scalar = _EXTINCTION

    def heating(self, gas):
        psi = self.charging(gas)
        efficiency = 0.049 / (1.0 + 0.004 * psi**0.73) + 0.037 * (_held(gas) / 1e4) ** 0.7 / (1.0 + 2e-4 * psi)
        return 1.3e-24 * efficiency * self.field(gas) * gas.density * _metallicity(gas)


@process
class GrainRecombinationBakesTielens(_Grains):
    """4.65e-30 T^0.94 psi^(0.735 T^-0.068) n_e n_H with psi = G T^1/2/n_e, per dust-to-gas ratio of 0.01."""

    citation: ClassVar[str] = _BAKES_TIELENS
    validity: ClassVar[str] = "10 to 1e4 K and psi of 1e2 to 1e6; used everywhere"

    extinction: float | Scalar = _EXTINCTION

    def heating(self, gas):
        t = _held(gas)
        strength = t**0.94 * self.charging(gas) ** (0.735 * t**-0.068)
        return -4.65e-30 * strength * gas.n("e-") * gas.density * _metallicity(gas)


@process
class PhotoelectricWeingartnerDraine(_Grains):
    """1e-26 G n_H (5.22 + 2.25 T^0.147)/(1 + 0.04996 psi^0.431 (1 + 0.0043 psi^0.692)), psi = G T^1/2/n_e."""

    citation: ClassVar[str] = _WEINGARTNER_DRAINE
    validity: ClassVar[str] = "10 to 1e4 K and psi of 1e2 to 1e6; used everywhere"

    extinction: float | Scalar = _EXTINCTION

    def heating(self, gas):
        psi = self.charging(gas)
        shape = (5.22 + 2.25 * _held(gas) ** 0.147) / (1.0 + 0.04996 * psi**0.431 * (1.0 + 0.0043 * psi**0.692))
        return 1e-26 * shape * self.field(gas) * gas.density * _metallicity(gas)


@process
class GrainRecombinationWeingartnerDraine(_Grains):
    """1e-28 n_e n_H T^(0.4535 + 2.234/q) exp(-6.266 + 1.442 q - 0.05089 q^2) with q = ln(G T^1/2/n_e)."""

    citation: ClassVar[str] = _WEINGARTNER_DRAINE
    validity: ClassVar[str] = "1e3 to 1e4 K; G T^1/2/n_e is held within 1e2 and 1e6, T within 10 and 1e5 K"

    extinction: float | Scalar = _EXTINCTION

    def heating(self, gas):
        q = jnp.log(jnp.clip(self.charging(gas), 1e2, 1e6))
        shape = jnp.exp(-6.266 + (1.442 - 0.05089 * q) * q) * gas.within(10.0, 1e5) ** (0.4535 + 2.234 / q)
        return -1e-28 * shape * gas.n("e-") * gas.density * _metallicity(gas)
