"""Columns of gas and dust in front of a cell."""

from itertools import pairwise

import jax.numpy as jnp


def column(conditions, density, in_front):
    """Column density [cm^-2] of a species with `density` [cm^-3] over `conditions.radius`, and what else is `in_front`
    [cm^-2].

    Codes differ in the length: UCLCHEM takes half the size of the cloud for a single cell; carbox takes all of it.
    """
    return in_front + jnp.maximum(density, 0.0) * conditions.radius


def transmission(av, ratio):
    """Fraction of the far-ultraviolet light that dust lets through at an extinction of `av` [mag].

    `ratio` is the optical depth at the wavelength over that in the visual. A fit for grains with a scattering
    asymmetry of 0.8 and an albedo of 0.3 (Wagenblast & Hartquist 1989, MNRAS 237, 1019, after Flannery et al. 1980,
    ApJ 236, 598).
    """
    tau = av / 1.086 * ratio
    thick = sum(c * jnp.exp(-k * tau) for c, k in _TRANSMISSION)
    return jnp.where(tau < 1.0, jnp.exp(-0.7514 * tau), thick)


_TRANSMISSION = ((2.006, 0.849), (-1.438, 1.013), (0.7364, 1.282), (-0.5076, 2.005), (-0.0592, 5.832))


def extinction_ratio(wavelength):
    """Optical depth over that in the visual, 910 to 1110 Angstrom, linear between the points of the table.

    Savage & Mathis 1979, ARA&A 17, 73, table 2, with R = 3.1.
    """
    ratio = _EXTINCTION[0][1]
    for (start, low), (end, high) in pairwise(_EXTINCTION):
        ratio = ratio + (high - low) / (end - start) * jnp.clip(wavelength - start, 0.0, end - start)
    return ratio


_EXTINCTION = ((910.0, 5.76), (950.0, 5.18), (1000.0, 4.65), (1050.0, 4.16), (1110.0, 3.73))
