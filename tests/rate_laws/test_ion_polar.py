import numpy as np

from eqxfuse import rate_laws

from .contract import ORDINARY

ROW = 0.33, 1.2e-9, 4.1
COLD = ORDINARY.at_temperature(12.0)  # (300/T)^(1/2) = 5


def test_low_temperature_formula():
    expected = 0.33 * 1.2e-9 * (0.62 + 0.4767 * 4.1 * 5)
    np.testing.assert_allclose(rate_laws.IonPolar1(*ROW).coefficient(COLD), expected, rtol=1e-14)


def test_high_temperature_formula():
    expected = 0.33 * 1.2e-9 * (1 + 0.0967 * 4.1 * 5 + 4.1**2 * 25 / 10.526)
    np.testing.assert_allclose(rate_laws.IonPolar2(*ROW).coefficient(COLD), expected, rtol=1e-14)


def test_the_two_meet_where_the_reduced_dipole_is_two():
    """Su and Chesnavich change formula at gamma (300 K/T)^(1/2) = 2."""
    there = ORDINARY.at_temperature(300.0 * 4.1**2 / 4.0)
    low, high = rate_laws.IonPolar1(*ROW).coefficient(there), rate_laws.IonPolar2(*ROW).coefficient(there)
    np.testing.assert_allclose(low, high, rtol=1e-4)
