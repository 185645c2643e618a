"""What a process sees of a cell."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import Network, Species, thermal

from .cells import gas

ICE = Species("#CO", (("C", 1), ("O", 1)))
NETWORK = Network.from_reactions(
    ["H- + H -> H2 + E", "H- + H -> H2 + E", "3 H -> H2 + H", "HCO+ + E -> H + CO", "#CO -> CO", "HO + c-C3H2 -> HE"],
    [1.0] * 6,
    species=["oH2", "HOC+", "GRAIN-", ICE],
)
EVERY = dict.fromkeys(NETWORK.species_names, 1.0)


@pytest.mark.parametrize(
    ("formula", "name"),
    [("H2", "H2"), ("He", "HE"), ("e-", "E"), ("HCO+", "HCO+"), ("HOC+", "HOC+"), ("OH", "HO"), ("CO", "CO")],
)
def test_species_are_found_by_what_they_are_made_of(formula, name):
    assert gas(NETWORK, {name: 3.0}).n(formula) == 3.0
    assert gas(NETWORK, {name: 3.0}).has(formula)


@pytest.mark.parametrize("formula", ["C3H2", "CHO+", "H2+", "D"])
def test_prefixes_ices_and_ambiguous_isomers_are_not_found(formula):
    """`CHO+` could be HCO+ or HOC+."""
    assert gas(NETWORK, EVERY).n(formula) == 0.0
    assert not gas(NETWORK, EVERY).has(formula)


def test_a_name_that_is_no_formula_is_refused():
    with pytest.raises(ValueError, match="'water' is no formula"):
        gas(NETWORK, {}).n("water")


def test_densities_below_zero_count_as_zero():
    assert gas(NETWORK, {"H2": -1e-20}).n("H2") == 0.0
    assert gas(NETWORK, {"H2": -1.0, "H": 2.0}).total == 2.0


def test_rates_are_summed_by_equation():
    cell = gas(NETWORK, {}, rates=[1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
    assert cell.rates_of("H + H- -> H2 + e-") == 3.0
    assert cell.rates_of("H2 + H -> 3 H") == 0.0
    assert cell.rates_of("H + H + H -> H + H2") == 4.0
    assert cell.rates_of("CO -> C + O") == 0.0
    assert cell.rate(3) == 8.0


def test_ices_and_grains_are_no_gas():
    assert gas(NETWORK, EVERY).total == len(NETWORK.species) - 2
    only = gas(NETWORK, {"#CO": 5.0, "GRAIN-": 1.0, "H": 1.0})
    assert only.total == 1.0
    np.testing.assert_allclose(only.mean_weight, 1.008 * 1.66053906660 / 1.67262192369, rtol=1e-12)
    np.testing.assert_allclose(only.mass_density, 1.008 * 1.66053906660e-24, rtol=1e-12)


def test_lengths_and_times():
    cell = gas(NETWORK, {"H": 1e4}, temperature=10.0)
    m, rho = 1.008 * 1.66053906660e-24, float(cell.mass_density)
    jeans = np.sqrt(np.pi * 1.380649e-16 * 10.0 / (6.6743e-8 * rho * m))
    np.testing.assert_allclose(cell.jeans_length, jeans, rtol=1e-12)
    np.testing.assert_allclose(cell.free_fall_time, np.sqrt(3 * np.pi / (32 * 6.6743e-8 * rho)), rtol=1e-12)
    single = jax.tree.map(lambda x: jnp.asarray(x, jnp.float32), cell)
    np.testing.assert_allclose(single.jeans_length, jeans, rtol=1e-5)


def test_constants_can_be_those_of_others():
    ours = gas(NETWORK, {"H": 1.0}, constants=thermal.PhysicalConstants(atomic_masses=(("H", 2e-24),)))
    np.testing.assert_allclose(ours.mass_density, 2e-24, rtol=1e-15)


def _ohmic(cell, current):
    return current * cell.n("e-") * cell.temperature


def test_a_process_of_the_user():
    own = thermal.Custom(_ohmic, (2.0,))
    assert own.name == "_ohmic"
    assert thermal.Custom(_ohmic, (2.0,), name="Joule").name == "Joule"
    cell = gas(NETWORK, {"E": 3.0})
    assert own.heating(cell) == 600.0
    assert jax.grad(lambda p: p.heating(cell))(own).parameters == (300.0,)
    assert own.missing(NETWORK) == ()


def test_cells_can_be_mapped_over():
    cell = gas(NETWORK, {"E": 1.0})
    cells = jax.tree.map(lambda x: jnp.stack([jnp.asarray(x), 2.0 * x]), cell)
    mapped = jax.vmap(thermal.Custom(_ohmic, (1.0,)).heating)
    np.testing.assert_array_equal(jax.jit(mapped)(cells), [100.0, 400.0])
