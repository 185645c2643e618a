"""Warnings of what a network cannot give."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import Network, Reaction, read_network
from eqxfuse._chemistry.checks import warn_of_start
from eqxfuse._chemistry.ranges import warn_of_ranges
from eqxfuse.rate_laws import Constant, Fit, Kooij
from tests.helpers import shared


def at(temperature) -> ef.Conditions:
    return ef.Conditions(temperature=temperature, density=1e4)


def network(law, missing: int, policy="zero") -> Network:
    """20 reactions, of which some hold from 10 to 300 K alone."""
    fits = [Fit(law, 10.0, 300.0)] * missing + [Fit(law)] * (20 - missing)
    reactions = [Reaction.make(["H"], ["H+"], [fit], out_of_range=policy) for fit in fits]
    return Network.from_reactions(reactions, name="a cloud")


def test_more_than_a_tenth():
    with pytest.warns(UserWarning) as caught:
        warn_of_ranges(network(Constant(1.0), 3), at(9.0))
    (message,) = (str(w.message) for w in caught)
    assert "at 9 K 3 of the 20 rate coefficients of a cloud are 0" in message
    assert 'read_network(..., out_of_range="bounded")' in message
    assert caught[0].message.option == "give --out-of-range bounded"


@pytest.mark.parametrize("temperature", [10.0, 100.0, 300.0, jnp.array([10.0, 300.0])])
def test_nothing_is_said_within_the_ranges(temperature):
    warn_of_ranges(network(Constant(1.0), 20), at(temperature))


def test_nothing_is_said_of_a_tenth_or_of_other_policies():
    warn_of_ranges(network(Constant(1.0), 2), at(9.0))
    for policy in ("extrapolate", "bounded", "clamp"):
        warn_of_ranges(network(Constant(1.0), 20, policy), at(9.0))


def test_a_reaction_that_its_barrier_stops_is_not_missed():
    warn_of_ranges(network(Kooij(1e-10, 0.0, 3000.0), 20), at(8.0))
    with pytest.warns(UserWarning, match="at 400 K 20 of the 20"):
        warn_of_ranges(network(Kooij(1e-10, 0.0, 3000.0), 20), at(400.0))


def test_of_many_temperatures_the_worst_is_named_once():
    with pytest.warns(UserWarning) as caught:
        warn_of_ranges(network(Constant(1.0), 20), at(jnp.array([[50.0, 7.0], [20.0, 10.0]])))
    assert len(caught) == 1 and "at 7 K" in str(caught[0].message)


def test_traced_temperatures_are_left_alone():
    def zeroed(temperature):
        warn_of_ranges(network(Constant(1.0), 20), at(temperature))
        return temperature

    jax.jit(zeroed)(5.0)


def test_uclchem_below_its_ranges():
    gas = read_network(shared("networks/uclchem_gas_phase_only.csv"), grains="none")
    for temperature in (10.0, 100.0, 300.0):
        warn_of_ranges(gas, at(temperature))
    with pytest.warns(UserWarning, match="at 9.9 K 2210 of the 2227 rate coefficients"):
        warn_of_ranges(gas, at(9.9))
    warn_of_ranges(gas.with_out_of_range("bounded"), at(9.9))


def test_coefficients_that_are_made_before_a_solve():
    rhs = ef.FusedRHS(network(Constant(1.0), 20), backend="vectorized")
    with pytest.warns(UserWarning, match="at 5 K 20 of the 20") as caught:
        rhs.precompute(at(5.0))
    assert [w.filename for w in caught] == [__file__]
    with pytest.warns(UserWarning, match="at 5 K 20 of the 20") as caught:
        ef.budget(rhs, at(5.0), {"H": 1.0}, "H")
    assert [w.filename for w in caught] == [__file__]


STEEP = Reaction.make(["H"] * 2, ["H2"], [Fit(Kooij(1e-10, 6.0, -100.0), 10.0, 350.0)], out_of_range="extrapolate")


def test_coefficients_that_are_extrapolated_beyond_all_collisions():
    name = "H + H -> H2, fitted from 10 to 350 K"
    steep = Network.from_reactions([STEEP, Reaction.make(["H"], ["H+"], Kooij(1.0))], name="a cloud")
    for temperature, value in ((3000.0, 1e-10 * 10.0**6 * np.exp(1 / 30)), (np.array([300.0, 3000.0]), None)):
        with pytest.warns(UserWarning, match="at 3000 K extrapolation makes 1 coefficient of a cloud larger") as caught:
            warn_of_ranges(steep, at(temperature))
        assert name in str(caught[0].message)
        assert value is None or f"{value:.3g} cm^3 s^-1, of" in str(caught[0].message)
    warn_of_ranges(steep, at(350.0))
    warn_of_ranges(steep, at(5.0))
    for policy in ("bounded", "clamp"):
        warn_of_ranges(steep.with_out_of_range(policy), at(3000.0))


def test_a_coefficient_in_the_warning_is_that_of_the_network():
    low = Reaction.make(["H", "O"], ["OH"], [Fit(Kooij(1e-10, 0.5, -3000.0), 300.0, 900.0)], out_of_range="extrapolate")
    cold = Network.from_reactions([low])
    for temperature in (100.0, 20.0):
        value = float(cold.rate_table(at(temperature))[0])
        with pytest.warns(UserWarning, match=re.escape(f"{value:.3g} cm")):
            warn_of_ranges(cold, at(temperature))


def test_umist_far_above_its_ranges():
    rate22 = read_network(shared("networks/rate22_final.rates"))
    for temperature in (10.0, 100.0, 300.0):
        warn_of_ranges(rate22, at(temperature))
    with pytest.warns(UserWarning, match=r"178 cm\^3 s\^-1, of NH2 \+ H2CO -> NH3 \+ HCO, fitted from 10 to 350"):
        warn_of_ranges(rate22, at(3e4))


def test_traces_of_ions_are_no_charge():
    """Programs that begin with 1e-30 of every species give as much of each ion."""
    network = ef.networks.dark_cloud()
    start = network.abundances({"H2": 0.5, "He": 0.1}) + 1e-30
    warn_of_start(network, ef.Conditions(temperature=10.0, density=1e4), start)
    with pytest.warns(UserWarning, match="net charge"):
        warn_of_start(network, ef.Conditions(temperature=10.0, density=1e4), start.at[network.index("C+")].set(1e-4))
