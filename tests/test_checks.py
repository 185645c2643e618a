"""Warnings of what a network cannot give."""

import jax
import jax.numpy as jnp
import pytest

from eqxfuse import Network, Reaction, read_network
from eqxfuse._chemistry.checks import warn_of_zeroed
from eqxfuse.rate_laws import Constant, Fit, Kooij
from tests.helpers import shared


def network(law, missing: int, policy="zero") -> Network:
    """20 reactions, of which some hold from 10 to 300 K alone."""
    fits = [Fit(law, 10.0, 300.0)] * missing + [Fit(law)] * (20 - missing)
    reactions = [Reaction.make(["H"], ["H+"], [fit], out_of_range=policy) for fit in fits]
    return Network.from_reactions(reactions, name="a cloud")


def test_more_than_a_tenth():
    with pytest.warns(UserWarning) as caught:
        warn_of_zeroed(network(Constant(1.0), 3), 9.0)
    (message,) = (str(w.message) for w in caught)
    assert "at 9 K 3 of the 20 rate coefficients of a cloud are 0" in message
    assert 'read_network(..., out_of_range="bounded")' in message and "--out-of-range bounded" in message


@pytest.mark.parametrize("temperature", [10.0, 100.0, 300.0, jnp.array([10.0, 300.0])])
def test_nothing_is_said_within_the_ranges(temperature):
    warn_of_zeroed(network(Constant(1.0), 20), temperature)


def test_nothing_is_said_of_a_tenth_or_of_other_policies():
    warn_of_zeroed(network(Constant(1.0), 2), 9.0)
    for policy in ("extrapolate", "bounded", "clamp"):
        warn_of_zeroed(network(Constant(1.0), 20, policy), 9.0)


def test_a_reaction_that_its_barrier_stops_is_not_missed():
    warn_of_zeroed(network(Kooij(1e-10, 0.0, 3000.0), 20), 8.0)
    with pytest.warns(UserWarning, match="at 400 K 20 of the 20"):
        warn_of_zeroed(network(Kooij(1e-10, 0.0, 3000.0), 20), 400.0)


def test_of_many_temperatures_the_worst_is_named_once():
    with pytest.warns(UserWarning) as caught:
        warn_of_zeroed(network(Constant(1.0), 20), jnp.array([[50.0, 7.0], [20.0, 10.0]]))
    assert len(caught) == 1 and "at 7 K" in str(caught[0].message)


def test_traced_temperatures_are_left_alone():
    def zeroed(temperature):
        warn_of_zeroed(network(Constant(1.0), 20), temperature)
        return temperature

    jax.jit(zeroed)(5.0)


def test_uclchem_below_its_ranges():
    gas = read_network(shared("networks/uclchem_gas_phase_only.csv"))
    for temperature in (10.0, 100.0, 300.0):
        warn_of_zeroed(gas, temperature)
    with pytest.warns(UserWarning, match="at 9.9 K 2210 of the 2227 rate coefficients"):
        warn_of_zeroed(gas, 9.9)
    warn_of_zeroed(gas.with_out_of_range("bounded"), 9.9)
