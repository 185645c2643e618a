"""Synthetic networks: sizes, conservation, connectedness, degrees, determinism, refusals."""

import numpy as np
import pytest

from eqxfuse import YEAR, Conditions, networks
from tests.networks.chemistry import assert_finite_rates, degrees, never_formed_or_destroyed, solve

SIZES = [(8, 9), (9, 11), (30, 60), (31, 150), (163, 2227), (737, 8767)]

RATE22_QUANTILES = {5: 0.08, 25: 0.19, 50: 0.31, 75: 0.86, 95: 3.4, 99: 10.4}
"""Percentiles of the number of reactions of a species over its mean, in RATE22 (Millar et al. 2024)."""


@pytest.fixture(scope="module", params=SIZES, ids=str)
def size(request):
    return request.param


@pytest.fixture(scope="module")
def network(size):
    return networks.synthetic(*size, seed=1)


@pytest.fixture(scope="module")
def as_large_as_rate22():
    return networks.synthetic(737, 8767, seed=2)


def test_size(network, size):
    assert (len(network.species), len(network.reactions)) == size


def test_conserves_and_is_closed(network):
    assert network.conservation_errors() == {}
    assert never_formed_or_destroyed(network) == set()
    assert network.duplicates() == ()


def test_is_connected(network):
    """No species is out of reach of H when reactions join all that stands in them."""
    names = [{n for n, _ in (*r.reactants, *r.products)} for r in network.reactions]
    reached, grown = set(), {"H"}
    while grown != reached:
        reached = grown
        grown = reached.union(*(n for n in names if n & reached))
    assert reached == set(network.species_names)


def test_no_species_is_a_catalyst(network):
    assert all({n for n, _ in r.reactants}.isdisjoint(n for n, _ in r.products) for r in network.reactions)


def test_rates_are_finite(network):
    assert_finite_rates(network, [10.0, 1e4])


def test_the_same_seed_gives_the_same_network():
    first, again, other = (networks.synthetic(100, 800, seed=s) for s in (5, 5, 6))
    assert first == again
    assert first.species == other.species
    assert first != other


def test_degrees_are_distributed_as_in_rate22(as_large_as_rate22):
    degree = np.array(list(degrees(as_large_as_rate22).values()))
    scaled = {q: np.percentile(degree, q) / degree.mean() for q in RATE22_QUANTILES}
    assert scaled == pytest.approx(RATE22_QUANTILES, rel=0.35)
    assert 40 < degree.mean() < 55


def test_hubs_are_those_of_rate22(as_large_as_rate22):
    share = {name: n / 8767 for name, n in degrees(as_large_as_rate22).items()}
    assert 0.25 < share["H"] < 0.37
    assert 0.10 < share["H2"] < 0.17
    assert 0.10 < share["e-"] < 0.17
    assert all(share[name] > 0.03 for name in ("CO", "O", "C", "He", "He+", "C+"))


def test_most_reactions_have_two_bodies(as_large_as_rate22):
    two = sum(len(r.factors) == 2 for r in as_large_as_rate22.reactions)
    assert 0.85 < two / 8767 < 0.97
    kinds = {r.kind for r in as_large_as_rate22.reactions}
    assert {"cosmic ray", "cosmic-ray photon", "photo", "ion-neutral", "neutral-neutral"} <= kinds


def test_can_be_integrated():
    network = networks.synthetic(60, 400, seed=3)
    conditions = Conditions(temperature=10.0, density=1e4)
    start = {"H2": 0.5, "He": 0.09, "C+": 1e-4, "O": 1.8e-4, "N": 2e-5, "e-": 1e-4}
    end = solve(network, conditions, start, [1e5 * YEAR], rtol=1e-4)[-1]
    assert np.all(np.isfinite(end)) and end.min() > -1e-12
    before = network.composition @ np.asarray(network.abundances(start))
    assert network.composition @ end == pytest.approx(before, rel=1e-8, abs=1e-11)


@pytest.mark.parametrize("n_species", [-1, 0, 7])
def test_refuses_too_few_species(n_species):
    with pytest.raises(ValueError, match="n_species must be 8 or more"):
        networks.synthetic(n_species, 100)


def test_refuses_too_few_reactions():
    with pytest.raises(ValueError, match=r"100 species need n_reactions of \d+ or more.*got 20"):
        networks.synthetic(100, 20)


def test_refuses_more_reactions_than_there_are():
    with pytest.raises(ValueError, match=r"found no more than \d+ reactions among 12 species.*got n_reactions = 5000"):
        networks.synthetic(12, 5000)
