import dataclasses

import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import Network, Species
from eqxfuse.rate_laws import Kooij

HERE = ef.Conditions(temperature=300.0, density=1e4)
EQUATIONS = ["C + O -> CO", "C -> C+ + e-", "CO + H2+ -> HCO+ + H"]
RATES = [1e-17, 2e-17, 3e-9]


def network(equations=EQUATIONS, rates=RATES, **options):
    return Network.from_reactions(list(equations), list(rates), **options)


def capitals():
    """The network above with other names, orders, and one reaction cut in two rows."""
    species = [Species("E-", (), -1), Species("h2+", (("H", 2),), 1)]
    equations = ["h2+ + CO -> H + HCO+", "C -> E- + C+", "O + C -> CO", "O + C -> CO"]
    return network(equations, [3e-9, 2e-17, 0.25e-17, 0.75e-17], species=species)


def test_a_network_equals_itself():
    found = ef.compare(network(), network(), HERE)
    assert found.equal and found.shared == 3
    assert repr(found).splitlines()[-1] == "equations in both: 3, with equal coefficients: 3"


def test_names_in_capitals_orders_and_rows_do_not_count():
    assert ef.compare(network(), capitals(), HERE, rtol=1e-12).equal


def test_every_kind_of_difference():
    other = network([*EQUATIONS[:2], "O + O -> O2"], [1e-17, 2.5e-17, 1e-20])
    found = ef.compare(network(), other, HERE)
    assert not found.equal and found.shared == 2
    assert found.species == (("H2+", "HCO+", "H"), ("O2",))
    assert found.reactions == (("CO + H2+ -> HCO+ + H",), ("O + O -> O2",))
    assert found.coefficients == (("C -> C+ + e-", 2e-17, 2.5e-17, (1, 1)),)


def test_the_tolerance_is_relative_to_the_larger_one():
    other = network(rates=[1e-17, 2.5e-17, 3e-9])
    assert ef.compare(network(), other, HERE, rtol=0.2001).equal
    assert not ef.compare(network(), other, HERE, rtol=0.1999).equal


def test_conditions_decide_about_coefficients():
    other = network(rates=[Kooij(1e-17, 1.0, 0.0), *RATES[1:]])
    assert ef.compare(network(), other, HERE).equal
    (found,) = ef.compare(network(), other, ef.Conditions(temperature=30.0, density=1e4)).coefficients
    assert found.b == pytest.approx(1e-18)


def test_the_largest_difference_comes_first():
    other = network(rates=[1.1e-17, 0.0, 1e-9])
    found = ef.compare(network(), other, HERE).coefficients
    assert [d.equation for d in found] == [EQUATIONS[1], EQUATIONS[2], EQUATIONS[0]]


def test_two_species_that_differ_in_case_stay_two():
    composition = (("C", 3),)
    own = network(["x-C3 -> X-C3"], [1.0], species=[Species("x-C3", composition), Species("X-C3", composition)])
    assert ef.compare(own, own, HERE).equal
    backwards = network(["X-C3 -> x-C3"], [1.0], species=own.species)
    assert ef.compare(own, backwards, HERE).reactions == (("x-C3 -> X-C3",), ("X-C3 -> x-C3",))


def test_catalysts_and_factors_count():
    other = network(["C + O + M -> CO + M", *EQUATIONS[1:]], RATES)
    assert ef.compare(network(), other, HERE).reactions == ((EQUATIONS[0],), ("C + O + M -> CO + M",))


def test_coefficients_that_are_no_numbers_are_not_equal():
    with np.errstate(all="ignore"):
        other = network(rates=[Kooij(float("nan"), 0.0, 0.0), *RATES[1:]])
    assert not ef.compare(other, other, HERE).equal


def test_totals_and_processes_count():
    """By what they sum over and say; the order of the sum, and what a process is called, do not matter."""
    ice = ef.Total("ice", {"C": 1.0, "O": 1.0})
    grown = ef.Total("grown", {"C + O -> CO": 1.0})
    gas = network(totals=[ice, grown])
    same = network(totals=[ef.Total("grown", {0: 1.0}), ef.Total("ice", {"O": 1.0, "C": 1.0 + 1e-9})])
    assert ef.compare(gas, same, HERE).equal
    other = network(totals=[ef.Total("ice", {"C": 1.0}), ef.Total("water", {"O": 1.0})])
    found = ef.compare(gas, other, HERE)
    assert not found.equal and found.totals == (("grown",), ("water",), ("ice",))
    assert "totals that are another sum in each: 1\n  ice\n" in repr(found)
    line, rays = (ef.thermal.Expression(f"-{n}e-27*Tgas", name=f"line {n}") for n in (1, 2))
    renamed = ef.thermal.Expression("-1e-27*Tgas", name="other")
    cools = [dataclasses.replace(network(), processes=own) for own in ((line,), (renamed, rays))]
    found = ef.compare(cools[0], cools[1], HERE)
    assert not found.equal and found.processes == ((), ("line 2",))
    assert "heating and cooling only in B: 1\n  line 2\n" in repr(found)


def test_a_table_of_a_few_or_of_all():
    names = [f"{a}{b}" for a in ("C", "N", "O", "S") for b in range(2, 6)]
    other = network([*EQUATIONS, *(f"{name} -> C" for name in names)], [1.1e-17, *RATES[1:], *[1.0] * len(names)])
    found = ef.compare(network(), other, HERE)
    short = found.table(3)
    assert "species only in B: 16" in short and "and 4 more" in short and "and 13 more" in short
    assert "   1.00e-17   1.10e-17        1.1  C + O -> CO" in short
    assert "more" not in found.table(None).replace("more than", "") and "S5 -> C" in found.table(None)
