import numpy as np
import pytest

from eqxfuse import Conditions, rate_laws


def test_simple_goes_with_the_dust():
    cell = Conditions(temperature=50.0, density=1e3, dust_to_gas=0.005)
    np.testing.assert_allclose(rate_laws.H2FormationSimple(3e-17).coefficient(cell), 1.5e-17, rtol=1e-14)


def _efficiency(t, saddle, h2, physisorbed):
    """The published quotient, in extended precision; it overflows below about 1 K."""
    barrier = (1 + np.sqrt((np.longdouble(30000) - saddle) / (np.longdouble(physisorbed) - saddle))) ** 2
    flux = np.longdouble(1e-10)
    evaporation = np.longdouble(0.005) * flux / (2 * np.longdouble(3e12) * np.exp(-np.longdouble(h2) / t))
    mobility = barrier / 4 * np.exp(-np.longdouble(saddle) / t)
    loss = np.longdouble(1.3e13) / (2 * flux) * np.exp(-np.longdouble(45000) / t) * barrier
    return 1 / (1 + evaporation + mobility) / (1 + loss)


def _expected(gas, dust):
    gas, dust = np.longdouble(gas), np.longdouble(dust)
    grains = np.longdouble(8.473e-22) * _efficiency(dust, 110, 320, 450)
    grains += np.longdouble(7.908e-22) * _efficiency(dust, 260, 520, 800)
    t2 = gas / 100
    sticking = 1 / (1 + np.longdouble(0.04) * np.sqrt(gas + dust) + t2 / 5 + np.longdouble(0.08) * t2**2)
    return np.longdouble(1.45e5) * np.sqrt(t2) * grains * sticking / 2


@pytest.mark.parametrize(("gas", "dust"), [(10.0, 10.0), (15.0, 5.0), (80.0, 18.0), (300.0, 60.0), (2e4, 900.0)])
def test_cazaux_and_tielens(gas, dust):
    cell = Conditions(temperature=gas, density=1e4, dust_temperature=dust)
    value = rate_laws.H2FormationCazauxTielens(2.0).coefficient(cell)
    np.testing.assert_allclose(value, float(2 * 1e4 * _expected(gas, dust)), rtol=1e-13)


def test_is_some_1e_17_in_diffuse_gas():
    cell = Conditions(temperature=80.0, density=1.0, dust_temperature=18.0)
    assert 3e-17 < rate_laws.H2FormationCazauxTielens().coefficient(cell) < 1e-16


def test_half_the_dust_makes_half_the_h2():
    half, full = (Conditions(temperature=40.0, density=1e3, dust_to_gas=d) for d in (0.005, 0.01))
    law = rate_laws.H2FormationCazauxTielens()
    np.testing.assert_allclose(law.coefficient(half), law.coefficient(full) / 2, rtol=1e-14)
