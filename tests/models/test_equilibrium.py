"""Equilibrium over density: the two phases of the interstellar medium."""

import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import models

DENSITIES = np.geomspace(0.1, 100.0, 25)


@pytest.fixture(scope="module")
def phases(page):
    return page["phases"]


def test_two_phases(phases):
    """The pressure has a maximum and a minimum of some 3000 K cm^-3 between warm and cold gas (Wolfire et al. 2003)."""
    n, pressure, temperature = (np.asarray(v) for v in (phases.density, phases.pressure, phases.temperature))
    assert phases.steady.all()
    assert 6e3 < temperature[0] < 1e4 and 30.0 < temperature[-1] < 100.0
    falling = np.flatnonzero(np.diff(pressure) < 0)
    assert (np.diff(falling) == 1).all()  # one maximum, then one minimum
    highest, lowest = falling[0], falling[-1] + 1
    assert 0.3 < n[highest] < 3.0 and 2e3 < pressure[highest] < 6e3
    assert 3.0 < n[lowest] < 30.0 and 1e3 < pressure[lowest] < pressure[highest]
    assert phases.abundance("e-")[0] > 0.01 > 1e-3 > phases.abundance("e-")[-1]


def test_nothing_changes_any_more(page, phases):
    """Heating is cooling, and ionisation is recombination, to the tolerance of the solve."""
    for i in (0, 12, 24):
        conditions = ef.Conditions(temperature=1.0, density=DENSITIES[i], av=0.0, zeta=1e-16)
        y, temperature = phases.abundances[i], float(phases.temperature[i])
        terms = np.array([float(v) for v in ef.energy_terms(page["medium"], conditions, y, temperature).values()])
        assert abs(terms.sum()) < 1e-3 * np.abs(terms).sum()
        pressure = DENSITIES[i] * float(y.sum()) * temperature
        assert float(phases.pressure[i]) == pytest.approx(pressure)


def test_a_time_that_is_too_short(page):
    with pytest.warns(UserWarning, match=r"of 25 densities are not in equilibrium after 1e\+03 yr: at n_H = "):
        found = models.equilibrium(page["medium"], page["diffuse"], page["mixture"], DENSITIES, time=1e3 * ef.YEAR)
    assert not found.steady.all()


def test_mistakes(page):
    rhs, conditions, start = page["medium"], page["diffuse"], page["mixture"]
    with pytest.raises(ValueError, match="increasing order"):
        models.equilibrium(rhs, conditions, start, DENSITIES[::-1])
    with pytest.raises(ef.UnknownSpecies):
        models.equilibrium(rhs, conditions, {"XX": 1.0}, DENSITIES)  # pyright: ignore[reportArgumentType]


def test_picture(phases):
    pytest.importorskip("matplotlib")
    pressure, _, below = phases.plot(["H", "e-"])
    np.testing.assert_allclose(pressure.get_lines()[0].get_xydata()[:, 1], phases.pressure)
    assert "density" in below.get_xlabel() and len(below.get_lines()) == 2
