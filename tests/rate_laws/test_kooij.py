import numpy as np
import pytest

from eqxfuse import rate_laws

from .contract import ORDINARY


def _exact(alpha, beta, gamma, temperature):
    t = np.longdouble(temperature)
    return np.longdouble(alpha) * (t / 300) ** np.longdouble(beta) * np.exp(-np.longdouble(gamma) / t)


@pytest.mark.parametrize(
    ("alpha", "beta", "gamma"),
    [(1e-9, 0.0, 0.0), (2.8e-7, -0.69, 0.0), (5.22e-6, -5.22, 90.0), (1.14e-9, 9.8, 5410.0), (1.5e-9, 0.0, 1.02e5)],
)
def test_agrees_with_extended_precision(alpha, beta, gamma):
    law = rate_laws.Kooij(alpha, beta, gamma)
    for temperature in (1.0, 9.7, 41.3, 300.0, 5311.0, 1e5):
        expected = _exact(alpha, beta, gamma, temperature)
        value = law.coefficient(ORDINARY.at_temperature(temperature))
        if expected < 1e-307:
            assert value < 1e-307
        else:
            np.testing.assert_allclose(value, float(expected), rtol=3e-13)


def test_defaults_to_a_constant():
    assert rate_laws.Kooij(2e-9).coefficient(ORDINARY) == 2e-9


def test_one_logarithm_clipped_is_as_accurate_as_many():
    low, high = np.array([10.0, 50.0, 0.0]), np.array([41000.0, 280.0, np.inf])
    law = rate_laws.Kooij(np.full(3, 3e-8), np.array([-5.22, 9.8, -0.5]), np.array([300.0, 2e4, -20.0]))
    for temperature in (1.0, 33.0, 281.0, 9e4):
        value = law.coefficient_within(ORDINARY.at_temperature(temperature), low, high)
        expected = _exact(law.alpha, law.beta, law.gamma, np.clip(temperature, low, high))
        np.testing.assert_allclose(value, expected.astype(float), rtol=3e-13)
