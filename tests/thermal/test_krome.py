"""Every term, gamma and dT/dt against a compiled KROME at 32 states a network, 10 to 2e5 K.

Where KROME rounds away its result or leaves the range of a table, the states are left out, and the reason said.
"""

from functools import cache
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import thermal

from . import krome_metals
from .krome import BACKGROUND, FREE_FALL_TIME, HUBBLE_RATE, Reference

COMPTON = thermal.Compton(5.65e-36 / BACKGROUND**4)
ATOMIC = (thermal.AtomicLines(), thermal.CollisionalIonisation(), thermal.Recombination())
CHEMICAL = (thermal.ChemicalHeat(grains=False),)
OPACITIES: dict[str, Any] = {"collapse": "density", "primordial_thermal": "column", "COthin_thermal": "none"}
COSMIC_RAYS = tuple(range(257, 276))
"""The rows of react_COthin that cosmic rays drive."""


@cache
def reference(name: str) -> Reference:
    rate = -3.0 * HUBBLE_RATE if name == "primordial_gp98" else 1.0 / FREE_FALL_TIME
    return Reference(name, rate)


def lines(name: str) -> tuple[thermal.Process, ...]:
    return (thermal.H2Cooling(opacity=OPACITIES[name], background=False),)


TERMS = [
    ("collapse", "compton", (COMPTON,)),
    ("collapse", "cont", (thermal.Continuum(),)),
    ("collapse", "heat chem", CHEMICAL),
    ("collapse", "heat compr", (thermal.Compression(),)),
    ("primordial_thermal", "cen", ATOMIC),
    ("primordial_thermal", "bss", (thermal.FreeFree(),)),
    ("primordial_thermal", "hd", (thermal.HDCooling(background=False),)),
    ("primordial_thermal", "heat chem", CHEMICAL),
    ("primordial_gp98", "h2gp", (thermal.H2CoolingGalliPalla(),)),
    ("primordial_gp98", "expansion", (thermal.Compression(),)),
    ("primordial_gp98", "compton", (COMPTON,)),
    ("COthin_thermal", "cen", ATOMIC),
    ("COthin_thermal", "bss", (thermal.FreeFree(),)),
    ("COthin_thermal", "heat chem", CHEMICAL),
    ("COthin_thermal", "heat dust", (thermal.PhotoelectricBakesTielens(),)),
    ("COthin_thermal", "heat av", (thermal.H2Photons(rows=(226,)),)),
]


@pytest.mark.parametrize(("name", "term", "processes"), TERMS, ids=lambda x: x if isinstance(x, str) else "")
def test_terms(name, term, processes):
    expected = reference(name).term(term)
    assert np.count_nonzero(expected) > 8
    np.testing.assert_allclose(reference(name).heating(*processes), expected, rtol=1e-12)


@pytest.mark.parametrize("name", OPACITIES)
def test_lines_of_h2(name):
    """KROME continues the table of escape probabilities, 200 to 5000 K, beyond 1; at 2e5 K no lines are left."""
    cells = reference(name)
    own, expected = cells.heating(*lines(name)), cells.term("h2")
    low, high = (50.0, 5e3) if OPACITIES[name] == "column" else (0.0, 1e5)
    kept = (low <= cells.temperature) & (cells.temperature <= high)
    np.testing.assert_allclose(own[kept], expected[kept], rtol=1e-10, atol=1e-50)
    np.testing.assert_allclose(own[cells.temperature > 1e5], 0.0, atol=1e-190)


def test_collision_induced_emission():
    """1 - exp(-tau) of a tiny tau rounds to 0 in KROME but for two of these states, of which it keeps four digits."""
    cells = reference("COthin_thermal")
    expected = cells.term("cie")
    kept = expected != 0
    assert kept.sum() == 2
    np.testing.assert_allclose(cells.heating(thermal.CollisionInducedEmission())[kept], expected[kept], rtol=1e-4)


def test_cosmic_rays():
    """Here KROME has an electronvolt of its own."""
    cells = reference("COthin_thermal")
    own = cells.heating(thermal.CosmicRayEvents(rows=COSMIC_RAYS)) * (1.60217662 / 1.60217646)
    np.testing.assert_allclose(own, cells.term("heat cr"), rtol=1e-10)


def test_fine_structure_in_closed_form():
    """With KROME's rates, which are not defined in the last cell of its table below 1e4 K."""
    cells = reference("COthin_thermal")
    kept = cells.temperature < 8500
    densities = cells.densities[kept]
    index = cells.network.index
    own = krome_metals.cooling(cells.temperature[kept], lambda name: densities[:, index(name)], 1.380648e-16)
    np.testing.assert_allclose(-own, cells.term("metal")[kept], rtol=1e-10)


@pytest.mark.parametrize("name", ["collapse", "primordial_gp98", "COthin_thermal"])
def test_gamma_full(name):
    cells = reference(name)
    own = cells.each(lambda gas, _: thermal.adiabatic_index(gas, "krome_full"))
    np.testing.assert_allclose(own, cells.gamma, rtol=1e-14)


def test_gamma_exact():
    """From sums over levels; KROME takes differences, and its eleven levels are too few above some 500 K."""
    cells = reference("primordial_thermal")
    kept = cells.temperature <= 200
    own = cells.each(lambda gas, _: thermal.adiabatic_index(gas, "rotational"))
    np.testing.assert_allclose(own[kept], cells.gamma[kept], rtol=5e-6)


@pytest.mark.parametrize("name", ["collapse", "primordial_gp98", "COthin_thermal"])
def test_rate_of_temperature(name):
    """To 1e-10 of the sum of all terms without signs."""
    cells = reference(name)
    net, gross = cells.net, cells.gross
    per_energy = np.abs(cells.gamma - 1.0) / (1.380648e-16 * cells.densities.sum(axis=1))

    def rate(gas, dn_dt):
        return thermal.dT_dt(gas, jnp.asarray(1.0), dn_dt, equation="krome", capacities="krome_full")

    own = cells.each(rate) * net
    np.testing.assert_array_less(np.abs(own - cells.dT_dt), 1e-10 * gross * per_energy)
