"""Derivatives of a step in reverse, which are one native call, against those of its parts and against forward mode."""

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from tests.ice_networks import START, ice

GAS = {"H2": 0.3, "H": 0.4, "CO": 4e-5, "C": 6e-5, "O": 2e-4, "C+": 3e-5, "e-": 3e-5}


def _shielded() -> ef.Network:
    laws = ef.rate_laws
    return ef.Network.from_reactions(
        ["H2 -> H + H", "CO -> C + O", "C -> C+ + e-", "H + H -> H2", "C + O -> CO", "C+ + e- -> C"],
        [laws.ShieldedH2(5e-11), laws.ShieldedCO(2e-10), laws.ShieldedC(3e-10, 3.0), 3e-17, 2e-17, 5e-12],
    )


CASES = {
    "plain": (ef.networks.primordial, None, ef.Conditions(300.0, 1e3), 1e5),
    "shielded": (_shielded, GAS, ef.Conditions(40.0, 300.0, av=0.4, radius=3e17), 1e10),
    "sums of rates": (ice, START, ef.Conditions(15.0, 1e4, av=2.0, dust_temperature=15.0), 1e5),
}


def _pulled_back(name: str, solver, backend: str):
    """The function (cotangents, scale of y) -> what a step gives to y, args and h; and an array of cotangents."""
    network, start, conditions, h = CASES[name]
    rhs = ef.FusedRHS(network(), backend=backend)
    y = jnp.full(len(rhs.network.species), 1e-4) if start is None else rhs.network.abundances(start) + 1e-9
    given = eqx.filter(rhs, eqx.is_inexact_array), conditions

    def step(y, given, h):
        own, here = given
        term = diffrax.ODETerm(eqx.combine(own, rhs))
        y1, error, dense, *_ = solver.step(
            term, jnp.zeros(()), h, y, eqx.combine(own, rhs).precompute(here), None, False
        )
        return jnp.concatenate([jnp.stack([y1, error]), dense["k"]])

    def pulled(cotangent, scale):
        return jax.vjp(step, scale * y, given, jnp.asarray(h))[1](cotangent)

    count = 2 + len(solver.tableau.dense)
    return step, pulled, (y, given, jnp.asarray(h)), np.random.default_rng(1).normal(size=(count, len(y)))


def _assert_close(ours, theirs, point):
    """To rounding, each derivative weighed by what it is taken with respect to."""
    leaves = [jax.tree.leaves(tree) for tree in (ours, theirs, point)]
    largest = max(float(jnp.abs(b * p).max()) for _, b, p in zip(*leaves, strict=True))
    for a, b, p in zip(*leaves, strict=True):
        assert (jnp.abs((a - b) * p) <= 1e-9 * largest + 1e-8 * jnp.abs(b * p)).all()


@pytest.mark.parametrize(("name", "solver"), zip(CASES, (ef.Rodas4(), ef.Rodas5P(), ef.Rodas5P()), strict=True))
def test_is_that_of_the_parts_and_of_forward_mode(name, solver):
    step, pulled, point, cotangent = _pulled_back(name, solver, "llvm")
    compiled = jax.jit(pulled).lower(cotangent, 1.0)
    assert compiled.as_text().count("stablehlo.custom_call") <= 2  # the step itself, and this
    ours = compiled.compile()(cotangent, 1.0)
    _assert_close(ours, jax.jit(_pulled_back(name, solver, "vectorized")[1])(cotangent, 1.0), point)
    random = np.random.default_rng(2)
    tangents = jax.tree.map(lambda leaf: jnp.asarray(leaf * random.normal(size=jnp.shape(leaf))), point)
    moved = jax.jit(lambda tangents: jax.jvp(step, point, tangents)[1])(tangents)
    inner = sum(jnp.vdot(a, b) for a, b in zip(jax.tree.leaves(ours), jax.tree.leaves(tangents), strict=True))
    np.testing.assert_allclose(inner, jnp.vdot(cotangent, moved), rtol=1e-7)


@pytest.mark.parametrize("cells", [1, 7, 9])
def test_batches_are_the_cells(cells):
    _, pulled, point, cotangent = _pulled_back("sums of rates", ef.Rodas5P(), "llvm")
    one, scale = jax.jit(pulled), jnp.linspace(0.5, 2.0, cells)
    many = jax.jit(jax.vmap(lambda factor: pulled(factor * cotangent, factor)))(scale)
    for i in range(cells):
        _assert_close(jax.tree.map(lambda leaf, i=i: leaf[i], many), one(scale[i] * cotangent, scale[i]), point)


def test_coefficients_without_conditions_are_not_modified():
    """The laws are 1 then, and still have their places among what f and the Jacobian take."""

    def gradient(backend):
        rhs = ef.FusedRHS(_shielded(), backend=backend)
        y, conditions, h = rhs.network.abundances(GAS), CASES["shielded"][2], jnp.asarray(1e10)

        def end(y, k, h):
            return ef.Rodas5P().step(diffrax.ODETerm(rhs), 0 * h, h, y, ef.RateCoefficients(k), None, False)[0][0]

        point = y, rhs.precompute(conditions).k, h
        return jax.jit(jax.grad(end, (0, 1, 2)))(*point), point

    (ours, point), (theirs, _) = gradient("llvm"), gradient("vectorized")
    _assert_close(ours, theirs, point)
