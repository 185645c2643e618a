import jax
import jax.numpy as jnp
import numpy as np

from eqxfuse import Conditions, rate_laws

LAW = rate_laws.ShieldedC(3.1e-10, 3.33)
CELL = Conditions(temperature=50.0, density=1e3, g0=10.0, av=0.7, radius=1e18)


def _modifier(c, h2):
    return LAW.modifier(CELL, (jnp.asarray(c), jnp.asarray(h2)))


def test_needs_the_densities_of_c_and_h2_in_this_order():
    assert LAW.modifying_species == ("C", "H2")
    assert rate_laws.ShieldedC(3.1e-10, 3.33, c="13C", h2="o-H2").modifying_species == ("13C", "o-H2")


def test_coefficient_is_the_photo_law():
    assert LAW.coefficient(CELL) == rate_laws.Photo(3.1e-10, 3.33).coefficient(CELL)


def test_modifier_is_the_published_exponential():
    for c, h2 in ((0.0, 5e2), (0.1, 3e-15), (0.02, 4e2)):
        n_c, n_h2 = np.longdouble(c) * 1e18, np.longdouble(h2) * 1e18
        tau = 1.1e-17 * n_c + 0.9 * np.longdouble(50) ** 0.27 * (n_h2 / np.longdouble(1.59e21)) ** 0.45
        np.testing.assert_allclose(_modifier(c, h2), float(np.exp(-tau)), rtol=1e-13)


def test_no_gas_does_not_shield():
    assert _modifier(0.0, 0.0) == 1.0
    assert _modifier(-1e-25, -1e-25) == 1.0


def test_value_and_slope_are_continuous_where_the_parabola_ends():
    edge = 1e-18  # one molecule of H2 per cm^2
    below, above = edge * (1 - 1e-12), edge * (1 + 1e-12)
    np.testing.assert_allclose(1 - _modifier(0.0, below), 1 - _modifier(0.0, above), rtol=1e-5)
    slope = jax.grad(_modifier, argnums=1)
    np.testing.assert_allclose(slope(0.0, below), slope(0.0, above), rtol=1e-9)
    assert _modifier(0.0, edge) > 1 - 1e-8
