import numpy as np

from eqxfuse import Conditions, rate_laws

HYDROXYL = rate_laws.FallOff(6.9e-31, -0.8, 0.0, 2.6e-11, 0.0, 0.0, 0.5)  # 2 OH + M -> H2O2 + M, IUPAC


def _cell(density, temperature=240.0):
    return Conditions(temperature=temperature, density=density)


def test_low_pressure_is_a_kooij_law_times_the_third_body():
    cell = _cell(3e12)
    expected = rate_laws.Kooij(8.8e-33, -0.6, 35.0).coefficient(cell) * 0.6 * 3e12
    np.testing.assert_allclose(rate_laws.ThreeBody(8.8e-33, -0.6, 35.0, 0.6).coefficient(cell), expected, rtol=1e-14)


def test_fall_off_agrees_with_the_published_quotient():
    for density in (1e15, 1e19, 1e23):
        cell = _cell(density)
        low = 6.9e-31 * (240 / 300) ** -0.8 * density
        p = low / 2.6e-11
        width = 0.75 - 1.27 * np.log10(0.5)
        broadening = 0.5 ** (1 / (1 + (np.log10(p) / width) ** 2))
        np.testing.assert_allclose(HYDROXYL.coefficient(cell), 2.6e-11 * p / (1 + p) * broadening, rtol=1e-13)


def test_fall_off_between_its_limits():
    thin, dense = 1e4, 1e40
    low = rate_laws.ThreeBody(6.9e-31, -0.8, 0.0).coefficient(_cell(thin))
    np.testing.assert_allclose(HYDROXYL.coefficient(_cell(thin)), low, rtol=1e-2)
    np.testing.assert_allclose(HYDROXYL.coefficient(_cell(dense)), 2.6e-11, rtol=1e-2)
    ratio = HYDROXYL.coefficient(_cell(2.6e-11 / 6.9e-31 * 0.8**0.8)) / 2.6e-11
    np.testing.assert_allclose(ratio, 0.5 * 0.5, rtol=1e-12)  # P = 1: half the limit, times f_c
