from itertools import pairwise

import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from tests.helpers import direct, random_state

HERE = ef.Conditions(temperature=10.0, density=1.0)
EQUATIONS = ["H + H2 -> H + H + H", "H2 + M -> H + H + M", "H + H -> H2", "H + H -> H2", "H + M -> H + M"]
RATES = [1.0, 2.0, 3.0, 0.5, 9.0]


@pytest.fixture(scope="module")
def rhs():
    return ef.FusedRHS(ef.Network.from_reactions(EQUATIONS, RATES), backend="vectorized")


@pytest.fixture(scope="module")
def y(rhs):
    return rhs.network.abundances({"H": 0.5, "H2": 0.25, "M": 1.0})


def test_terms_by_hand(rhs, y):
    found = ef.budget(rhs, HERE, y, "H")
    assert [(t.reaction, t.rate) for t in found.formation] == [(1, 2 * 0.5), (0, 2 * 0.125)]
    assert [(t.reaction, t.rate) for t in found.destruction] == [(2, 2 * 0.75), (3, 2 * 0.125)]
    assert [t.share for t in found.formation] == [0.8, 0.2]
    assert found.destruction[0].equation == "H + H -> H2"
    assert (found.formed, found.destroyed, found.net) == (1.25, 1.75, -0.5)
    assert found.timescale == 0.5 / 1.75


def test_what_only_takes_part_has_no_budget(rhs, y):
    found = ef.budget(rhs, HERE, y, "M")
    assert (found.formation, found.destruction, found.net, found.timescale) == ((), (), 0.0, np.inf)
    assert repr(found).splitlines()[1:] == ["formation: by no reaction", "destruction: by no reaction"]


@pytest.mark.parametrize("state", ["abundance", "density"])
def test_the_net_change_is_the_derivative(state):
    rhs = ef.FusedRHS(ef.networks.dark_cloud(), state=state, backend="vectorized")
    y, k = random_state(rhs.network)
    derivative, gross, _ = direct(rhs.network, y, k)
    for i in range(0, len(y), 5):
        found = ef.budget(rhs, ef.RateCoefficients(jnp.asarray(k)), jnp.asarray(y), rhs.network.species_names[i])
        assert abs(found.net - derivative[i]) <= 4 * np.finfo(float).eps * gross[i]
        for side in (found.formation, found.destruction):
            assert sum(term.share for term in side) == pytest.approx(1.0)
            assert all(one.rate >= other.rate for one, other in pairwise(side))


def test_a_table(rhs, y):
    lines = repr(ef.budget(rhs, HERE, y, "H")).splitlines()
    assert lines[0].startswith("H: abundance 5.000e-01, net change -5.000e-01 s^-1, lifetime")
    assert lines[2] == "   80.0%  1.000e+00  H2 + M -> H + H + M"
    assert len(ef.budget(rhs, HERE, y, "H").table(1).splitlines()) == 5


def test_a_table_of_what_is_absent():
    rhs = ef.FusedRHS(ef.Network.from_reactions(["H + A -> B", "A -> H"], [1.0, 1.0]), backend="vectorized")
    lines = ef.budget(rhs, HERE, {"B": 1.0}, "H").table().splitlines()
    assert lines[1:] == [
        "formation: none here, by 1 reaction of rate 0",
        "destruction: none here, by 1 reaction of rate 0",
    ]
    assert ef.budget(rhs, HERE, {"A": 1.0}, "B").table().splitlines()[2] == "destruction: by no reaction"


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_states_that_are_not_finite(rhs, y, wrong):
    with pytest.raises(ValueError, match="not finite"):
        ef.budget(rhs, HERE, y.at[0].set(wrong), "H")


def test_a_species_that_is_not_there(rhs, y):
    with pytest.raises(ValueError, match="did you mean"):
        ef.budget(rhs, HERE, y, "h2")


def test_another_temperature_does_not_compile_again():
    traced = []

    def rate(conditions):
        traced.append(conditions)
        return conditions.temperature

    rhs = ef.FusedRHS(ef.Network.from_reactions(["H -> M"], [ef.rate_laws.UserRate(rate)]), backend="vectorized")
    y = jnp.array([0.5, 0.0])
    first = ef.budget(rhs, HERE, y, "H").destroyed
    after_first = len(traced)
    assert ef.budget(rhs, ef.Conditions(temperature=20.0, density=1.0), y, "H").destroyed == 2 * first == 10.0
    assert len(traced) == after_first
