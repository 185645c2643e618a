"""Derivatives of many solves at once are those of each solve alone."""

from functools import cache

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse.rate_laws import CosmicRay, Kooij, ShieldedH2

T1 = 1e3 * ef.YEAR
MAX_STEPS = 200
DENSITIES = np.array([1.0, 1e6, 1e2, 1e4, 1e3, 1e5, 10.0, 1e6, 1e4])
"""Of cells that need from 40 to 90 steps, hardly any as many as the one before."""
TOO_DENSE = 1e13
"""A cell that needs more than `MAX_STEPS`."""


def _network(shielded: bool) -> ef.Network:
    """H2 by way of H-, in gas that cosmic rays ionise and, if it is to shield itself, starlight reaches."""
    reactions = [
        (["H"], ["H+", "e-"], CosmicRay(0.46)),
        (["H+", "e-"], ["H"], Kooij(3.6e-12, -0.75, 0.0)),
        (["H", "e-"], ["H-"], Kooij(2.8e-16, 0.93, 0.0)),
        (["H-", "H"], ["H2", "e-"], Kooij(4e-9, -0.17, 0.0)),
        (["H-", "H+"], ["H", "H"], Kooij(1.4e-7, -0.5, 0.0)),
        (["H2", "H"], ["H", "H", "H"], Kooij(1e-10, 0.0, 5e3)),
    ]
    if shielded:
        reactions.append((["H2"], ["H", "H"], ShieldedH2()))
    return ef.Network.from_reactions([ef.Reaction.make(*reaction) for reaction in reactions])


NETWORKS = {"plain": _network(False), "shielded": _network(True)}
RHS = {
    (name, backend): ef.FusedRHS(n, backend=backend)
    for name, n in NETWORKS.items()
    for backend in ("llvm", "vectorized")
}
START = {"H": 0.9, "H2": 1e-6, "H+": 1e-4, "e-": 1e-4}

SOLVERS = {
    "Rodas5P": lambda rhs: ef.Rodas5P(),
    "Rodas4": lambda rhs: ef.Rodas4(),
    "Kvaerno5": lambda rhs: diffrax.Kvaerno5(root_finder=ef.SparseNewton(rhs)),
}


def _here(temperature, density):
    return ef.Conditions(temperature=temperature, density=density, g0=1.0, av=0.0)


def _loss(rhs, solver, adjoint, cell, shared):
    """`cell` is its temperature and density; `shared` are logarithms of factors on y0, k and the rate parameters."""
    log_y0, log_k, log_alpha = shared
    table = eqx.tree_at(
        lambda t: t.laws[0], rhs.table, jax.tree.map(lambda p: p * jnp.exp(log_alpha), rhs.table.laws[0])
    )
    changed = eqx.tree_at(lambda r: r.table, rhs, table)
    k = changed.precompute(_here(*cell))
    k = eqx.tree_at(lambda c: c.k, k, k.k * jnp.exp(log_k))
    y0 = rhs.network.abundances(START) * jnp.exp(log_y0)
    found = ef.solve(
        changed,
        k,
        y0,
        T1,
        rtol=1e-6,
        atol=1e-18,
        saveat=1,
        solver=solver,
        adjoint=adjoint,
        max_steps=MAX_STEPS,
        throw=False,
    )
    return jnp.where(found.succeeded, jnp.log(found.final["H2"]) + jnp.log(found.final["e-"]), 0.0)


def _problem(network, backend, solver, adjoint=None):
    rhs = RHS[network, backend]
    shared = (jnp.zeros(len(rhs.network.species)), jnp.zeros(len(rhs.network.reactions)), jnp.zeros(()))

    def loss(cell, shared=shared):
        return _loss(rhs, SOLVERS[solver](rhs), adjoint, cell, shared)

    return loss, shared


def _cells(count, failing=False):
    densities = np.resize(DENSITIES, count)
    if failing:
        densities[count // 2] = TOO_DENSE
    return jnp.linspace(500.0, 2000.0, count), jnp.asarray(densities)


def _assert_equal(batch, ones):
    """To 1e-6 of the largest component of each argument."""
    for ours, theirs in zip(jax.tree.leaves(batch), jax.tree.leaves(ones), strict=True):
        assert np.isfinite(ours).all()
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6 * np.abs(theirs).max())


def _one_by_one(function, cells):
    own = [function(tuple(c[i] for c in cells)) for i in range(len(cells[0]))]
    return jax.tree.map(lambda *rows: jnp.stack(rows), *own)


def _gradient(loss, shared):
    """With respect to everything."""
    return lambda cell: jax.grad(loss, argnums=(0, 1))(cell, shared)


@pytest.mark.parametrize(("backend", "solver"), [("llvm", "Rodas5P"), ("vectorized", "Rodas5P"), ("llvm", "Kvaerno5")])
def test_gradients_of_cells_of_unequal_work(backend, solver):
    """One of them fails. Batches of plain steps are those cells alone that native ones are, too."""
    gradient = _gradient(*_problem("shielded", backend, solver))
    cells = _cells(9, failing=True)
    batch = jax.jit(jax.vmap(gradient))(cells)
    _assert_equal(batch, _one_by_one(_single("shielded", solver), cells))
    np.testing.assert_array_equal(np.asarray(batch[0][1]) == 0, cells[1] == TOO_DENSE)


@cache
def _single(network="plain", solver="Rodas4"):
    """The gradient of one cell, compiled once for all tests."""
    return jax.jit(_gradient(*_problem(network, "llvm", solver)))


def test_the_gradient_of_a_sum():
    """With respect to what the cells have of their own and what they share."""
    loss, shared = _problem("plain", "llvm", "Rodas4")
    cells = _cells(7, failing=True)

    def total(cells, shared):
        return jax.vmap(lambda *cell: loss(cell, shared))(*cells).sum()

    own, common = jax.jit(jax.grad(total, argnums=(0, 1)))(cells, shared)
    ones = _one_by_one(_single(), cells)
    _assert_equal((own, common), (ones[0], jax.tree.map(lambda rows: rows.sum(0), ones[1])))


def test_a_large_batch():
    """Many blocks of lanes; above, less than a block and one more."""
    gradient = _gradient(*_problem("plain", "llvm", "Rodas4"))
    cells = _cells(64)
    some = slice(None, None, 8)
    found = jax.tree.map(lambda rows: rows[some], jax.jit(jax.vmap(gradient))(cells))
    _assert_equal(found, _one_by_one(_single(), tuple(c[some] for c in cells)))


@pytest.mark.parametrize("adjoint", [diffrax.DirectAdjoint(), diffrax.ForwardMode()], ids=["direct", "forward"])
def test_other_adjoints(adjoint):
    loss, _ = _problem("plain", "llvm", "Rodas4", adjoint)
    cells = _cells(3)
    slopes = jax.jacfwd if isinstance(adjoint, diffrax.ForwardMode) else jax.jacrev
    batch = jax.jit(jax.vmap(slopes(loss)))(cells)
    _assert_equal(batch, _one_by_one(_single(), cells)[0])


def test_sensitivities_of_a_batch():
    """Of two species: their sum is the gradient above to the logarithms of the coefficients."""
    rhs = RHS["plain", "llvm"]
    y0 = rhs.network.abundances(START)

    @jax.jit
    @jax.vmap
    def values(temperature, density):
        options = {"rtol": 1e-6, "atol": 1e-18, "solver": ef.Rodas4()}
        return ef.sensitivities(rhs, _here(temperature, density), y0, T1, ["H2", "e-"], **options).values

    cells = _cells(3)
    _assert_equal(values(*cells).sum(axis=1), _one_by_one(_single(), cells)[1][1])
