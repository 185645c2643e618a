"""Reactions: stoichiometry, factors, net change."""

import pytest

from eqxfuse import Reaction
from eqxfuse.rate_laws import Constant, Fit


def test_repeated_names_count():
    reaction = Reaction.make(["H", "H"], ["H2"], Constant(1.0))
    assert reaction.reactants == (("H", 2),)
    assert reaction.factors == ("H", "H")
    assert reaction.equation == "H + H -> H2"
    assert reaction.net_change == (("H", -2), ("H2", 1))


def test_catalyst_stays_a_factor_and_leaves_the_net_change():
    reaction = Reaction.make(["H", "H2"], ["H", "H", "H"], Constant(1.0))
    assert reaction.factors == ("H", "H2")
    assert dict(reaction.net_change) == {"H": 2, "H2": -1}
    third = Reaction.make(["H", "H", "M"], ["H2", "M"], Constant(1.0))
    assert dict(third.net_change) == {"H": -2, "H2": 1}
    assert third.factors == ("H", "H", "M")


def test_factors_may_differ_from_the_reactants():
    reaction = Reaction.make(["H", "H"], ["H2"], Constant(1.0), factors=["H"])
    assert reaction.factors == ("H",)
    assert reaction.reactants == (("H", 2),)


def test_one_name_needs_no_list():
    alone = Reaction.make("H2", "HCO+", Constant(1.0), factors="CO")
    assert alone == Reaction.make(["H2"], ["HCO+"], Constant(1.0), factors=["CO"])


def test_from_an_equation():
    fits = [Fit(Constant(1.0), 0.0, 100.0), Fit(Constant(2.0), 100.0)]
    facts = {"factors": ["H"], "out_of_range": "zero", "id": 4, "kind": "grain surface"}
    read = Reaction.from_equation("2 H + M -> H2 + M", fits, **facts)
    assert read == Reaction.make(["H", "H", "M"], ["H2", "M"], fits, **facts)
    with pytest.raises(ValueError, match="expected one '->'"):
        Reaction.from_equation("H + H", Constant(1.0))


def test_many_of_a_species_are_written_with_a_number():
    assert Reaction.make(["C60"], ["C"] * 60, Constant(1.0)).equation == "C60 -> 60 C"


def test_refuses_no_fit_an_unknown_policy_and_a_bad_range():
    with pytest.raises(ValueError, match="at least one fit"):
        Reaction.make(["H"], ["H+"], [])
    with pytest.raises(ValueError, match="out_of_range must be one of"):
        Reaction.make(["H"], ["H+"], Constant(1.0), out_of_range="clip")
    for low, high in [(-1.0, 10.0), (20.0, 10.0), (float("nan"), 10.0)]:
        with pytest.raises(ValueError, match="t_min"):
            Fit(Constant(1.0), low, high)
