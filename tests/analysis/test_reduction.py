"""Smaller networks: what matters is left, the errors are those of solves, and the file reads back."""

import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse._analysis.reduction.importance import importances, shares

EQUATIONS = {
    "A_ -> B_": 2e-12,
    "B_ -> A_": 1e-12,
    "B_ -> C_": 3e-16,
    "C_ -> D_": 1e-10,
    "D_ -> B_": 1e-10,
    "A_ + E_ -> F_ + E_": 1e-15,
    "E_ -> G_": 1e-13,
    "G_ -> E_": 1e-13,
    "N_ -> O_": 1e-10,
}
T1 = 1e5 * ef.YEAR


@pytest.fixture(scope="module")
def rhs():
    return ef.FusedRHS(ef.Network.from_reactions(EQUATIONS, list(EQUATIONS.values())))


@pytest.fixture(scope="module")
def start(rhs):
    return rhs.network.abundances({"A_": 1.0, "E_": 1e-3, "N_": 0.5})


@pytest.fixture(scope="module")
def reduction(rhs, start):
    cells = ef.Conditions(temperature=jnp.array([10.0, 20.0]), density=1e2)
    return ef.reduce_network(rhs, cells, start, T1, ["A_", "B_"], tolerance=0.01)


def test_importance_is_the_product_along_the_path(rhs):
    """Of D, a half goes by the first reaction; of what that takes, B, a tenth is made by the second."""
    network = ef.Network.from_reactions(
        ["B_ -> D_", "C_ -> D_", "A_ -> B_", "E_ -> B_", "D_ -> F_"], [1.0, 1.0, 1.0, 1.0, 1.0]
    )
    own = shares(network, [np.array([1.0, 1.0, 0.1, 0.9, 2.0]), np.array([1.0, 3.0, 0.0, 0.0, 4.0])])
    keep = [network.index("D_")]
    assert importances(network, own, keep) == pytest.approx([0.5, 0.75, 0.05, 0.45, 1.0])


def test_what_matters_is_left(reduction):
    assert [r.equation for r in reduction.network.reactions] == ["A_ -> B_", "B_ -> A_"]
    assert reduction.reactions == (0, 1)
    assert set(reduction.network.species_names) == {"A_", "B_", "E_", "N_"}  # and what the start holds
    assert repr(reduction).startswith("9 species, 9 reactions -> 4 species, 2 reactions\n  A_: off by 0.0")


def test_its_errors_are_those_of_solves(rhs, start, reduction):
    cloud = ef.Conditions(temperature=10.0, density=1e2)
    small = ef.FusedRHS(reduction.network)
    full = ef.solve(rhs, cloud, start, T1, saveat=61)
    less = ef.solve(small, cloud, reduction.start(start), T1, saveat=61)
    for name, error in reduction.errors.items():
        own = np.max(np.abs(less.abundance(name) / full.abundance(name) - 1))
        assert own == pytest.approx(error, abs=1e-3) and error <= 0.01


def test_it_is_written_and_read(reduction, tmp_path):
    ef.write_network(reduction.network, tmp_path / "small.jsonl")
    assert ef.read_network(tmp_path / "small.jsonl") == reduction.network


def test_networks_of_some_reactions():
    icy = ef.Network.from_reactions(
        ["CO -> CO_ice", "H2O -> H2O_ice", "O -> O+ + e-"],
        [1e-11, 1e-11, 1e-17],
        totals=[ef.Total("ice", {"CO_ice": 1.0, "H2O_ice": 1.0})],
    )
    part = icy.with_reactions([0], "O")
    assert part.species_names == ("CO", "CO_ice", "O") and part.totals[0].weights == (("CO_ice", 1.0),)
    with pytest.raises(IndexError):
        icy.with_reactions([3])


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"tolerance": 1.0}, ValueError, "tolerance must be above zero and below 1"),
        ({"floor": 0.0}, ValueError, "floor must be above zero"),
        ({"keep": ()}, ValueError, "keep must name one species at least"),
        ({"keep": "Z"}, ef.UnknownSpecies, "no species 'Z'"),
    ],
)
def test_mistakes(rhs, start, changed, error, message):
    given = {"conditions": ef.Conditions(temperature=10.0, density=1e2), "y0": start, "t1": T1, "keep": "A_"} | changed
    with pytest.raises(error, match=message):
        ef.reduce_network(rhs, **given)
