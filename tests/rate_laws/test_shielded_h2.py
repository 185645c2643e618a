import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import Conditions, rate_laws

LAW = rate_laws.ShieldedH2(5.18e-11)
CELL = Conditions(temperature=30.0, density=1e3, g0=10.0, av=0.0, radius=1e18, turbulent_velocity=1e5)
COLUMN_OF_UNIT_DEPTH = 1e10 / 7.5e-5  # Doppler width over cross section [cm^-2]


def _shielding(depth, cell=CELL):
    return LAW.modifier(cell, (jnp.asarray(depth * COLUMN_OF_UNIT_DEPTH / cell.radius),))


def _wings(depth):
    r = 8e7 / (1.7724539 * 1e10)
    t = 3.02 * (1e3 * r) ** -0.064
    return r / (t * np.sqrt(0.78539816 + (np.sqrt(depth * r) / t) ** 2))


def test_needs_the_density_of_h2():
    assert LAW.modifying_species == ("H2",)
    assert rate_laws.ShieldedH2(5.18e-11, h2="o-H2").modifying_species == ("o-H2",)


def test_coefficient_is_the_field_behind_dust():
    np.testing.assert_allclose(LAW.coefficient(CELL), 5.18e-10, rtol=1e-14)
    dusty = eqx.tree_at(lambda c: c.av, CELL, 0.2)
    np.testing.assert_allclose(LAW.coefficient(dusty), 5.18e-10 * np.exp(-0.7514 * 0.2 / 1.086 * 4.65), rtol=1e-14)


@pytest.mark.parametrize(
    ("depth", "core"),
    [
        (0.0, 1.0),
        (1.5, np.exp(-0.6666667 * 1.5)),
        (5.0, 0.638 * 5.0**-1.25),
        (40.0, 0.505 * 40.0**-1.15),
        (1e6, 0.344 * 1e6**-1.0667),
    ],
)
def test_every_branch_of_the_published_function(depth, core):
    np.testing.assert_allclose(_shielding(depth), core + _wings(depth), rtol=1e-13)


def test_broader_lines_shield_less():
    broad = eqx.tree_at(lambda c: c.turbulent_velocity, CELL, 1e6)
    assert _shielding(20.0, broad) > 5 * _shielding(20.0)
