"""Reactions of species that hop from site to site."""

import math
from collections.abc import Mapping
from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.rate_laws.ice.grain import (
    ATOMIC_MASS_UNIT,
    BOLTZMANN,
    BULK,
    HBAR,
    dust_temperature,
    frequency,
    layers,
    sites,
)
from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, option, rate_law


@rate_law
class SurfaceReaction(RateLaw):
    """k = alpha p (hop_1 + hop_2) gas_to_grain / (sites n_H) share [cm^3 s^-1]: two species meet by hopping, and react.

    Species i hops with nu_i exp(-r E_i / T_dust), r being `Conditions.surface_barrier_ratio`, or `bulk_barrier_ratio`
    with `bulk=True`, where the rate is also over the number of layers of the bulk. In p = react / (react + leave + hop)
    the reaction competes with hopping apart and with evaporation; it crosses its barrier `gamma` by heat or by
    tunnelling through `Conditions.barrier_width` with the reduced mass, whichever is faster.

    A part f = most exp(-product_energy steepness) of the products leaves for the gas by the heat of the reaction:
    `share` is 1 - f, or f with `leaves=True`. No reaction from `highest` [K] of dust on.
    """

    units: ClassVar[str] = (
        "alpha [1], gamma [K], reduced_mass [u], mass_1, mass_2 [u], energy_1, energy_2 [K], the binding energies, "
        "most [1], product_energy [K], steepness [K^-1]"
    )
    citation: ClassVar[str] = (
        "Hasegawa, Herbst & Leung 1992, ApJS 82, 167; Garrod & Pauly 2011, ApJ 735, 15; Ruaud, Wakelam & Hersant 2016, "
        "MNRAS 459, 3756; chemical desorption: Minissale et al. 2016, A&A 585, A24"
    )
    binding: ClassVar[Mapping[str, int]] = {"energy_1": 0, "energy_2": 1, "product_energy": -1}

    alpha: Parameter
    gamma: Parameter
    reduced_mass: Parameter
    mass_1: Parameter
    mass_2: Parameter
    energy_1: Parameter
    energy_2: Parameter
    most: Parameter = 0.0
    product_energy: Parameter = 0.0
    steepness: Parameter = 0.0
    leaves: bool = option(default=False)
    bulk: bool = option(default=False)
    highest: float = option(default=float("inf"))

    @property
    def modifying_totals(self):
        return (BULK,) if self.bulk else ()

    def coefficient(self, conditions):
        t = dust_temperature(conditions)
        ratio = conditions.bulk_barrier_ratio if self.bulk else conditions.surface_barrier_ratio
        nu_1 = frequency(conditions, self.mass_1, self.energy_1)
        nu_2 = frequency(conditions, self.mass_2, self.energy_2)
        hop = nu_1 * jnp.exp(-ratio * self.energy_1 / t) + nu_2 * jnp.exp(-ratio * self.energy_2 / t)
        leave = nu_1 * jnp.exp(-self.energy_1 / t) + nu_2 * jnp.exp(-self.energy_2 / t)
        react = jnp.maximum(nu_1, nu_2) * crossing(conditions, self.gamma, self.reduced_mass)
        chance = react / (react + leave + hop)
        desorbed = self.most * jnp.exp(-self.product_energy * self.steepness)
        share = desorbed if self.leaves else 1.0 - desorbed
        k = self.alpha * share * chance * hop * (conditions.gas_to_grain / sites(conditions) / conditions.density)
        return jnp.where(t >= self.highest, 0.0, k)

    def modifier(self, conditions, densities):
        return 1.0 / layers(conditions, densities[0]) if self.bulk else jnp.asarray(1.0)


def crossing(conditions, gamma, reduced_mass):
    """The chance of crossing a barrier of `gamma` [K] at one attempt, by heat or by tunnelling."""
    momentum = _MOMENTUM * jnp.sqrt(reduced_mass * jnp.maximum(gamma, _LOWEST))
    tunnelling = 2.0 * conditions.barrier_width * momentum
    return jnp.exp(-jnp.minimum(gamma / dust_temperature(conditions), tunnelling))


_MOMENTUM = math.sqrt(2.0 * ATOMIC_MASS_UNIT * BOLTZMANN) / HBAR
"""Of a particle of 1 u with the energy of 1 K, over hbar [cm^-1]."""
_LOWEST = 1e-30
"""A barrier [K] that is none; at 0 the root has no derivative."""
