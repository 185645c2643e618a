import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import Conditions, rate_laws
from eqxfuse._chemistry.rate_laws.columns import column, extinction_ratio, transmission


def test_column_is_density_times_radius_and_what_is_in_front():
    cell = Conditions(temperature=10.0, density=1e4, radius=3e17)
    np.testing.assert_allclose(column(cell, jnp.asarray([2e3, 0.0, -1e-20]), 1e19), [6.1e20, 1e19, 1e19])


@pytest.mark.parametrize(("wavelength", "ratio"), [(910.0, 5.76), (950.0, 5.18), (1000.0, 4.65), (1110.0, 3.73)])
def test_extinction_meets_the_points_of_the_table(wavelength, ratio):
    np.testing.assert_allclose(extinction_ratio(wavelength), ratio, rtol=1e-14)


def test_extinction_is_linear_between_points_and_constant_outside():
    np.testing.assert_allclose(extinction_ratio(1025.0), (4.65 + 4.16) / 2, rtol=1e-14)
    assert extinction_ratio(800.0) == extinction_ratio(910.0)
    assert extinction_ratio(2000.0) == extinction_ratio(1110.0)


def test_no_dust_lets_everything_through_and_much_dust_nothing():
    assert transmission(0.0, 4.65) == 1.0
    assert transmission(1e3, 4.65) == 0.0


def test_transmission_falls_and_its_two_fits_meet():
    av = np.linspace(0.0, 8.0, 4001)
    t = np.asarray(transmission(jnp.asarray(av), 4.65))
    assert np.all(np.diff(t) < 0.0)
    thin, thick = (float(transmission(1.086 / 4.65 * x, 4.65)) for x in (1 - 1e-9, 1 + 1e-9))
    np.testing.assert_allclose(thin, thick, rtol=1e-3)
    tau = 3.0
    expected = 2.006 * np.exp(-0.849 * tau) - 1.438 * np.exp(-1.013 * tau) + 0.7364 * np.exp(-1.282 * tau)
    expected += -0.5076 * np.exp(-2.005 * tau) - 0.0592 * np.exp(-5.832 * tau)
    np.testing.assert_allclose(transmission(1.086 * tau / 4.65, 4.65), expected, rtol=1e-13)


@pytest.mark.parametrize("law", [rate_laws.ShieldedH2(), rate_laws.ShieldedCO(), rate_laws.ShieldedC(3e-10, 3.0)])
def test_what_is_in_front_shields_as_what_lies_over_the_radius(law):
    densities = dict(zip(("H2", "CO", "C"), (300.0, 2e-2, 7e-2), strict=True))
    own = tuple(jnp.asarray(densities[name]) for name in law.modifying_species)
    thick = Conditions(temperature=20.0, density=1e3, av=0.5, radius=5e18)
    columns = {f"{name.lower()}_column": 4e18 * n for name, n in densities.items()}
    behind = Conditions(temperature=20.0, density=1e3, av=0.5, radius=1e18, **columns)
    np.testing.assert_allclose(law.modifier(behind, own), law.modifier(thick, own), rtol=1e-12)
    assert law.modifier(behind, own) < law.modifier(Conditions(20.0, 1e3, av=0.5, radius=1e18), own)
