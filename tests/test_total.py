"""Totals as data: what they are made of, which networks take them, and what a network does with them."""

import pickle

import pytest

import eqxfuse as ef
from tests.total_networks import crowded

EQUATIONS = ["A -> B", "B -> A", "A + B -> C", "C -> A"]


def _network(*totals, needs=("ice",), equations=EQUATIONS):
    laws = [1.0, 2.0, 3.0, crowded(4.0, 1.0, needs)]
    return ef.Network.from_reactions(equations, laws, totals=totals)


ICE = ef.Total("ice", {"A": 1.0, "B": 2})


def test_a_network_shows_its_totals():
    network = _network(ICE, ef.Total("flux", {0: 1.0}))
    assert repr(network) == "Network(3 species, 4 reactions, 2 totals)"
    assert network.totals == (ef.Total("ice", {"A": 1, "B": 2.0}), ef.Total("flux", {0: 1}))
    assert [repr(total) for total in network.totals] == ["Total('ice', 2 species)", "Total('flux', 1 reactions)"]
    assert "Total('ice', 2 species) in the rates of 1 reactions" in network.summary()
    assert pickle.loads(pickle.dumps(network)) == network


def test_a_single_total_needs_no_list():
    assert ef.Network.from_reactions("A -> B", 1.0, totals=ICE).totals == (ICE,)


def test_equations_stand_for_all_their_reactions():
    network = _network(
        ICE, ef.Total("flux", {"A -> B": 2.0, "A + B -> C": 1.0}), equations=["A -> B", "A -> B", *EQUATIONS[2:]]
    )
    assert network.total_terms == ({0: 1.0, 1: 2.0}, {0: 2.0, 1: 2.0, 2: 1.0})


def test_networks_are_told_apart_by_what_their_totals_sum():
    flux = ef.Total("flux", {"A -> B": 1.0})
    different = [_network(ICE), _network(ef.Total("ice", {"A": 1.0})), _network(ef.Total("ice", {"A": 1.0, "B": 1.0})),
                 _network(ICE, flux), _network(flux, ICE)]  # fmt: skip
    assert len({network.digest for network in different}) == len(different)
    assert _network(ICE, flux) == _network(ICE, ef.Total("flux", {0: 1.0}))
    assert _network(ICE) == _network(ef.Total("ice", {"B": 2.0, "A": 1.0}))


def test_networks_made_of_a_network_keep_its_totals():
    network = _network(ICE, ef.Total("flux", {0: 1.0, 2: 1.0, 1: 0.5}))
    assert network.with_out_of_range("zero").totals == network.totals
    part = network.subnetwork(["A", "C"])
    assert [r.equation for r in part.reactions] == ["C -> A"]
    assert part.totals == (ef.Total("ice", {"A": 1.0}),)
    assert network.subnetwork(["A", "B"]).totals == (ICE, ef.Total("flux", {0: 1.0, 1: 0.5}))
    assert _network(ef.Total("ice", {"B": 1.0})).subnetwork(["A", "C"]).reactions == ()


@pytest.mark.parametrize(
    ("totals", "message"),
    [
        ([], "reaction 'C -> A': no total 'ice' in the network, which has none"),
        ([ef.Total("Ice", {"A": 1.0})], "no total 'ice' in the network, which has 'Ice'"),
        ([ICE, ICE], "total 'ice': two totals of that name"),
        ([ef.Total("A", {"B": 1.0}), ICE], "total 'A': a species of that name"),
        ([ef.Total("ice", {"AB": 1.0})], "total 'ice': the network has no species 'AB'"),
        ([ICE, ef.Total("more", {"ice": 1.0})], "total 'more': 'ice' is a total, too; sum over its species instead"),
        ([ICE, ef.Total("flux", {4: 1.0})], "total 'flux': there is no reaction 4, the network has 4"),
        ([ICE, ef.Total("flux", {"A -> C": 1.0})], "total 'flux': the network has no reaction 'A -> C'"),
        ([ICE, ef.Total("flux", {0: 1.0, "A -> B": 1.0})], "total 'flux' counts reaction 0, 'A -> B', twice"),
        ([ef.Total("ice", {3: 1.0})], "a total cannot depend on itself: 'ice' of rates that depend on 'ice'"),
    ],
)
def test_what_a_network_refuses(totals, message):
    with pytest.raises(ValueError, match="total") as caught:
        _network(*totals)
    assert message in str(caught.value)


def test_totals_that_depend_on_each_other_are_refused():
    laws = [crowded(1.0, 1.0, ["second"]), crowded(1.0, 1.0, ["first"])]
    totals = [ef.Total("first", {0: 1.0}), ef.Total("second", {1: 1.0})]
    with pytest.raises(ValueError, match="'first' of rates that depend on 'second' of rates that depend on 'first'"):
        ef.Network.from_reactions(["A -> B", "B -> A"], laws, totals=totals)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("", {"A": 1.0}), "a total needs a name, got ''"),
        (("ice", {}), "total 'ice' needs weights"),
        (("ice", ["A"]), "total 'ice' needs weights"),
        (("ice", {"A": float("nan")}), "the weight of 'A' must be a finite number, got nan"),
        (("ice", {1.5: 1.0}), "1.5 is no species, and no position or equation of a reaction"),
        (("ice", {"A": 1.0, 2: 1.0}), "total 'ice' is a sum over species or over reactions, not over both"),
    ],
)
def test_what_a_total_refuses(arguments, message):
    with pytest.raises(ValueError, match="total") as caught:
        ef.Total(*arguments)
    assert message in str(caught.value)


def test_a_law_with_a_function_of_the_user_takes_totals():
    law = ef.rate_laws.UserRate(_one, (), _halved, totals=("ice",))
    assert law.modifying_totals == ("ice",) and law.is_modified
    assert repr(law) == f"UserRate({__name__}._one, modifier_function={__name__}._halved, totals=('ice',))"
    with pytest.raises(ValueError, match="both modifier_function and species"):
        ef.rate_laws.UserRate(_one, totals=("ice",))


def _one(conditions):
    return 1.0


def _halved(conditions, densities):
    return 0.5
