import numpy as np

from eqxfuse import Conditions, rate_laws

CELL = Conditions(temperature=75.0, density=2e4, gas_to_grain=8e11)  # (T/300)^(1/2) = 1/2


def test_charging():
    np.testing.assert_allclose(rate_laws.GrainCharging(6.9e-15, 0.5).coefficient(CELL), 6.9e-15 / 2, rtol=1e-14)


def test_h_sticks_in_proportion_to_the_grains():
    np.testing.assert_allclose(rate_laws.HOnGrain(7.92e-5, 0.5).coefficient(CELL), 7.92e-5 / 2 * 2e4 / 8e11, rtol=1e-14)


def test_two_h_meet_on_a_grain():
    expected = 1.186e7 * np.exp(-3.0) * 8e11 / 2e4
    np.testing.assert_allclose(rate_laws.H2OnGrain(1.0).coefficient(CELL), expected, rtol=1e-14)
