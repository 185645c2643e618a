"""A cell that holds no numbers leaves the others of its batch as they are, to the last bit."""

from itertools import product

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse.rate_laws import CosmicRay, ShieldedH2
from tests.helpers import BACKENDS

PLAIN = ef.Network.from_reactions(["A -> B", "2 B -> B + C", "B + C -> A + C"], [0.04, 3.0, 1.0])
SHIELDED = ef.Network.from_reactions(["H2 -> 2 H", "2 H -> H2", "H -> H+ + e-"], [ShieldedH2(), 1e-16, CosmicRay(1.0)])


def batch(network, cells):
    """Abundances [cells, species] and coefficients of many cells."""
    rng = np.random.default_rng(cells)
    y = jnp.asarray(10.0 ** rng.uniform(-3, 0, (cells, len(network.species))))
    temperatures = jnp.linspace(10.0, 100.0, cells)
    rhs = ef.FusedRHS(network, backend="vectorized")
    return y, jax.vmap(lambda t: rhs.precompute(ef.Conditions(temperature=t, density=1e4)))(temperatures)


def check(f, y, k, *poisoned):
    """`f(y, k)` of every cell but the one of which one of those that are named is poisoned."""
    run = jax.jit(jax.vmap(f))
    good = run(y, k)
    for own, bad, lane in product(poisoned, (np.nan, np.inf), (0, len(y) - 1)):
        values = [a.at[lane].set(bad) if name == own else a for name, a in (("y", y), ("k", k.k))]
        found = run(values[0], eqx.tree_at(lambda c: c.k, k, values[1]))
        for one, other in zip(jax.tree.leaves(good), jax.tree.leaves(found), strict=True):
            np.testing.assert_array_equal(np.delete(one, lane, 0), np.delete(other, lane, 0), strict=True)


@pytest.mark.parametrize(("network", "cells"), [(PLAIN, 8), (SHIELDED, 9)], ids=["plain", "shielded"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_right_hand_side(network, backend, cells):
    rhs = ef.FusedRHS(network, backend=backend)
    y, k = batch(network, cells)
    check(lambda y, k: (rhs(0.0, y, k), rhs.jacobian(0.0, y, k).values), y, k, "y", "k")


@pytest.mark.parametrize(
    ("network", "backend"), [(PLAIN, BACKENDS[-1]), (SHIELDED, BACKENDS[-1]), (SHIELDED, "vectorized")]
)
def test_a_solve(network, backend):
    rhs = ef.FusedRHS(network, backend=backend)
    y, k = batch(network, 9)

    def solved(y, k):
        trajectory = ef.solve(rhs, k, y, 10.0, saveat=2, throw=False)
        return trajectory.abundances, trajectory.statistics

    check(solved, y, k, "k")
