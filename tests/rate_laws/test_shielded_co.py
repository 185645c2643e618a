import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import Conditions, rate_laws
from eqxfuse._chemistry.rate_laws.shielded_co import line_shielding, mean_wavelength

LAW = rate_laws.ShieldedCO(2e-10)
CELL = Conditions(temperature=30.0, density=1e3, g0=10.0, av=0.0, radius=1e18)


def test_needs_the_densities_of_co_and_h2_in_this_order():
    assert LAW.modifying_species == ("CO", "H2")
    assert rate_laws.ShieldedCO(2e-10, co="13CO", h2="o-H2").modifying_species == ("13CO", "o-H2")


@pytest.mark.parametrize(
    ("log_co", "log_h2", "log_shielding"),
    [
        (12.0, 18.0, 0.0),
        (19.0, 23.0, -6.446),
        (16.0, 20.0, -1.355),
        (15.5, 21.0, (-0.8665 - 1.602) / 2),
        (14.0, 22.5, (-1.367 - 3.936) / 2),
        (13.25, 19.5, 0.75 * (-0.1015 - 0.1612) / 2 + 0.25 * (-0.2104 - 0.2708) / 2),
    ],
)
def test_is_linear_between_the_points_of_the_table(log_co, log_h2, log_shielding):
    np.testing.assert_allclose(line_shielding(log_co, log_h2), 10.0**log_shielding, rtol=1e-13)


def test_is_constant_outside_the_table():
    assert line_shielding(3.0, 5.0) == line_shielding(12.0, 18.0) == 1.0
    assert line_shielding(25.0, 30.0) == line_shielding(19.0, 23.0)


def test_the_mean_wavelength_follows_equation_4_between_the_outermost_bands():
    lu, lw = 16.0, 20.0
    expected = (5675.0 - 200.6 * lw) - (571.6 - 24.09 * lw) * lu + (18.22 - 0.7664 * lw) * lu**2
    assert 913.6 < expected < 1076.1
    np.testing.assert_allclose(mean_wavelength(lu, lw), expected, rtol=1e-13)
    assert mean_wavelength(0.0, 0.0) == 1076.1
    np.testing.assert_allclose(mean_wavelength(19.0, 23.0), max(913.6, 1061.2 - 17.53 * 19 + 0.5928 * 361), rtol=1e-12)


def test_modifier_is_lines_times_dust():
    densities = jnp.asarray(1e-2), jnp.asarray(1e2)  # columns of 1e16 and 1e20
    np.testing.assert_allclose(LAW.modifier(CELL, densities), 10.0**-1.355, rtol=1e-12)
    np.testing.assert_allclose(LAW.coefficient(CELL), 2e-9, rtol=1e-14)
    dusty = eqx.tree_at(lambda c: c.av, CELL, 0.2)
    assert 0.4 < LAW.modifier(dusty, densities) / LAW.modifier(CELL, densities) < 0.6
