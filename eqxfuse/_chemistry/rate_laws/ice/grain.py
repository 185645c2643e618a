"""A grain, its sites and its layers of ice, as all laws of the ice see them.

The constants are those of UCLCHEM (CODATA 2006 and 2010, pi to ten digits), so that its coefficients come out to the
last digits; they are within 1e-6 of today's.
"""

import jax.numpy as jnp

PI = 3.141592654
BOLTZMANN = 1.38065040e-16
"""[erg K^-1]"""
HBAR = 1.054571628e-27
"""[erg s]"""
ATOMIC_MASS_UNIT = 1.66053892e-24
"""[g]"""

SURFACE = "surface ice"
"""The total [cm^-3] of all species on the surface."""
BULK = "bulk ice"
"""The total [cm^-3] of all species below it."""
SWAP = "swap"
"""The total [cm^-3 s^-1] of what changes places from the bulk to the surface."""
GROWTH = "growth"
"""The total [cm^-3 s^-1] of what all reactions add to the surface."""
HEAVY = {SURFACE: "heavy surface ice", BULK: "heavy bulk ice", GROWTH: "heavy growth"}
"""The same totals without H and H2."""

LEAST = 1e-14
"""An abundance of ice, some 1e-8 of a layer, below which it counts as this much: what is within the tolerance of a
solve must not be divided by what is, too."""


def dust_temperature(conditions):
    """That of the grains [K]; those colder than 1 K count as 1 K."""
    return jnp.maximum(conditions.dust_temperature, 1.0)


def frequency(conditions, mass, energy):
    """How often [s^-1] a species of `mass` [u], bound with `energy` [K], strikes against its site.

    Of a harmonic oscillator (Hasegawa, Herbst & Leung 1992, ApJS 82, 167, eq. 3).
    """
    squared = 2.0 * BOLTZMANN * conditions.site_density / (PI * PI * ATOMIC_MASS_UNIT) * (energy / mass)
    return jnp.sqrt(squared)


def mean_speed(temperature, mass):
    """Mean thermal speed [cm s^-1] of gas particles of `mass` [u]."""
    return jnp.sqrt(8.0 * BOLTZMANN / (PI * ATOMIC_MASS_UNIT) * (temperature / mass))


def sites(conditions):
    """Sites on one grain."""
    return 4.0 * PI * conditions.grain_radius**2 * conditions.site_density


def monolayer(conditions):
    """The density [cm^-3] of species that cover all grains once."""
    return sites(conditions) * conditions.density / conditions.gas_to_grain


def inverse(conditions, ice):
    """1 over the abundance of some ice, given by its density [cm^-3]."""
    return 1.0 / jnp.maximum(ice / conditions.density, LEAST)


def layers(conditions, bulk):
    """How many layers the bulk has, at least one."""
    return jnp.maximum(bulk / monolayer(conditions), 1.0)
