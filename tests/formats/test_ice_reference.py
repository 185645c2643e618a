"""UCLCHEM's default network with ice: its coefficients, derivatives and trajectories, as the program has them."""

import json
from dataclasses import replace
from functools import lru_cache

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse.rate_laws import Constant, Fit
from tests.helpers import shared
from tests.sparse import needs_native

RATIO = 4.0 * 3.141592654 * 1e-15 * 3.0 * 100.0 / (3.0 * 1.66053892e-24)
"""n_H over the density of grains."""
ROWS = 3203
SHIELDED = (848, 892, 898)
"""Photo-rows of C, CO and H2, which the program shields in its own way."""
IN_REACTION = ("TWOBODY", "FREEZE", "H2FORM", "DESOH2")
"""Types whose coefficients are multiplied by n_H."""


@lru_cache
def network() -> ef.Network:
    files = (shared(f"networks/uclchem_full_{name}.csv") for name in ("reactions", "species"))
    return ef.read_network(next(files), species=next(files), grains="uclchem")


@lru_cache
def states() -> dict[str, np.ndarray]:
    return dict(np.load(shared("reference/uclchem_grain.npz"), allow_pickle=False))


def conditions(state: int) -> ef.Conditions:
    own = {name: float(values[state]) for name, values in states().items() if values.shape == (10,) and name != "kind"}
    return ef.Conditions(
        temperature=own["gas_temperature"],
        dust_temperature=own["dust_temperature"],
        density=own["density"],
        av=own["av"],
        g0=own["radfield"] / 1.7,
        zeta=own["zeta"] * 1.3e-17,
        radius=0.5 * own["cloud_size"],
        gas_to_grain=RATIO,
    )


def given_coefficients(state: int) -> np.ndarray:
    """[rows] what the program multiplies abundances by [s^-1]."""
    of_density = np.isin([r.kind for r in network().reactions[:ROWS]], IN_REACTION)
    k = states()["rate_coefficients"][state]
    return np.where(of_density, k * states()["density"][state], k)


@pytest.mark.filterwarnings("ignore:at 8 K")
def test_counts_and_coefficients():
    """But where the program switches accretion off, or everything for want of a surface, and where a modifier acts."""
    net = network()
    assert (len(net.species), len(net.reactions) - ROWS) == (333, 2 * 83)
    assert net.species_names == tuple(states()["species"])
    table = eqx.filter_jit(net.rate_table)
    in_bulk = [j for j, r in enumerate(net.reactions[:ROWS]) if r.kind in ("PHOTON", "CRPHOT") and "@" in r.equation]
    compared = 0
    for state in range(10):
        ours = np.asarray(table(conditions(state)))[:ROWS] * states()["density"][state] ** (net.orders[:ROWS] - 1.0)
        theirs = given_coefficients(state)
        normal = (theirs > 1e-290) & ~np.isin(np.arange(ROWS), [*SHIELDED, *in_bulk])
        np.testing.assert_allclose(ours[normal], theirs[normal], rtol=1e-10, err_msg=str(states()["kind"][state]))
        switched = (theirs == 0.0) & (ours > 0.0) & ~np.isin(np.arange(ROWS), SHIELDED)
        assert state in (3, 9) or {net.reactions[j].kind for j in np.flatnonzero(switched)} <= {"FREEZE"}
        compared += normal.sum()
    assert compared > 15_000


@pytest.mark.filterwarnings("ignore:at 8 K")
@pytest.mark.parametrize("backend", ["vectorized", pytest.param("llvm", marks=needs_native)])
def test_derivatives(backend):
    """Given the program's own coefficients, with all its switches, to rounding of the gross rate of each species."""
    net, rhs = network(), ef.FusedRHS(network(), backend=backend)
    changes = np.zeros((len(net.reactions), len(net.species)))
    for j, reaction in enumerate(net.net_changes):
        for i, number in reaction.items():
            changes[j, i] = number
    f, effective = eqx.filter_jit(rhs), eqx.filter_jit(rhs.effective_coefficients)
    own = [j for j in range(ROWS) if net.reactions[j].kind in ("PHOTON", "CRPHOT") and "@" in net.reactions[j].equation]
    for state in range(10):
        y, given = jnp.asarray(states()["abundances"][state]), rhs.precompute(conditions(state))
        k = np.array(given.k)
        modifiers = np.asarray(effective(0.0, y, given)) / np.where(k == 0.0, 1.0, k)
        known = given_coefficients(state)
        known[list(SHIELDED)] /= np.maximum(modifiers[list(SHIELDED)], 1e-300)
        k[:ROWS] = np.where(np.isin(np.arange(ROWS), own), k[:ROWS], known)
        given = eqx.tree_at(lambda g: g.k, given, jnp.asarray(k))
        rates = k * modifiers * [np.prod([float(y[net.index(name)]) for name in r.factors]) for r in net.reactions]
        gross = np.abs(rates) @ np.abs(changes)
        error = np.abs(np.asarray(f(0.0, y, given)) - states()["dydt"][state])
        assert np.all(error <= 1e-10 * gross), states()["kind"][state]


@needs_native
@pytest.mark.filterwarnings("ignore:y0 carries a net charge")
@pytest.mark.parametrize(("case", "accuracy"), [("static", 1e-4), ("hot", 1e-4)])
def test_trajectories(case, accuracy):
    """At rtol 1e-6: abundances above 1e-10 at the end. The shielded rows are constant in the reference."""
    data = np.load(shared(f"reference/uclchem_grain_solve_{case}.npz"), allow_pickle=False)
    own = json.loads(str(data["parameters"]))
    reactions = list(network().reactions)
    for text, rate in own["fixed_rows"].items():
        j = int(text.split("index ")[1].split(")")[0])
        reactions[j] = replace(reactions[j], fits=(Fit(Constant(rate)),), out_of_range="extrapolate")
    rhs = ef.FusedRHS(replace(network(), reactions=tuple(reactions)))
    here = ef.Conditions(
        temperature=own["temperature"],
        dust_temperature=own["dust_temperature"],
        density=own["density"],
        av=own["av"],
        g0=own["radfield_habing"] / 1.7,
        zeta=own["zeta_1p3e17"] * 1.3e-17,
        gas_to_grain=RATIO,
    )
    found = ef.solve(rhs, here, jnp.asarray(data["y0"]), float(data["t"][-1]), saveat=1, rtol=1e-6, atol=1e-18)
    end = data["y"][-1]
    seen = end > 1e-10
    np.testing.assert_allclose(np.asarray(found.end_state)[seen], end[seen], rtol=accuracy)
    assert int(found.statistics["steps"]) < 1500
