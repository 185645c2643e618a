"""The native step against the same step made of its parts."""

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse._rate_laws import UserRate
from eqxfuse._solvers._native_step import native_step
from tests.helpers import random_state

NETWORKS = {"robertson": ef.networks.robertson, "primordial": ef.networks.primordial, "cloud": ef.networks.dark_cloud}
SOLVERS = [ef.Rodas4(), ef.Rodas5P()]


def _problem(name, backend):
    network = NETWORKS[name]()
    y, k = random_state(network)
    return ef.FusedRHS(network, backend=backend), jnp.asarray(y), ef.RateCoefficients(jnp.asarray(k))


def _step(solver, rhs, y, args, h):
    y1, error, dense, *_ = solver.step(diffrax.ODETerm(rhs), jnp.asarray(0.0), h, y, args, None, False)
    return jnp.concatenate([jnp.stack([y1, error]), dense["k"]])


def _assert_close(ours, theirs, y):
    """To rounding, on the scale of the state and of each vector."""
    scale = np.maximum(np.abs(np.asarray(theirs)).max(axis=-1, keepdims=True), 1e-3 * float(jnp.abs(y).max()))
    assert (np.abs(np.asarray(ours) - np.asarray(theirs)) <= 1e-11 * scale).all()


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("h", [1e-3, 1e2])
def test_is_the_plain_step(solver, name, h):
    native, y, args = _problem(name, "llvm")
    plain, *_ = _problem(name, "vectorized")
    assert native_step(solver.tableau, diffrax.ODETerm(native), y, args, jnp.asarray(h)) is not None
    assert native_step(solver.tableau, diffrax.ODETerm(plain), y, args, jnp.asarray(h)) is None
    ours, theirs = (_step(solver, rhs, y, args, jnp.asarray(h)) for rhs in (native, plain))
    _assert_close(ours, theirs, y)


@pytest.mark.parametrize("cells", [1, 2, 3, 8, 13, 33])
def test_batches_are_the_cells(cells):
    """A block works in lanes, with another size of dense block: the same to rounding."""
    rhs, y, args = _problem("cloud", "llvm")
    scale = jnp.linspace(0.5, 2.0, cells)

    def step(factor):
        return _step(SOLVERS[0], rhs, factor * y, ef.RateCoefficients(args.k * factor), 1e3 * factor)

    batch = jax.vmap(step)(scale)
    for i in range(cells):
        _assert_close(batch[i], step(scale[i]), y)


def test_shared_coefficients_and_nested_batches():
    rhs, y, args = _problem("cloud", "llvm")
    ys = y * jnp.linspace(0.5, 2.0, 6)[:, None]

    def step(state):
        return _step(SOLVERS[0], rhs, state, args, jnp.asarray(1e3))

    flat = jax.vmap(step)(ys)
    nested = jax.vmap(jax.vmap(step))(ys.reshape(2, 3, -1))
    _assert_close(nested.reshape(flat.shape), flat, y)


def test_forward_and_reverse_derivatives():
    native, y, args = _problem("primordial", "llvm")
    plain, *_ = _problem("primordial", "vectorized")

    def loss(rhs):
        def value(y, k, h):
            return jnp.sum(jnp.cos(jnp.arange(len(y))) * _step(SOLVERS[0], rhs, y, ef.RateCoefficients(k), h)[0])

        return value

    point = (y, args.k, jnp.asarray(50.0))
    ours, theirs = (jax.grad(loss(rhs), (0, 1, 2))(*point) for rhs in (native, plain))
    tangents = tuple(p * 0.3 for p in point)
    pushed = jax.jvp(loss(native), point, tangents)[1]
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-10 * float(jnp.abs(b).max()))
    np.testing.assert_allclose(pushed, sum(jnp.vdot(g, t) for g, t in zip(ours, tangents, strict=True)), rtol=1e-9)


def test_what_changes_during_a_step_takes_the_plain_way():
    def slower(conditions, densities):
        del conditions
        return 1.0 / (1.0 + densities[0])

    rate = UserRate(lambda conditions: 1e-10 * conditions.g0, modifier_function=slower, species=("H",))
    network = ef.Network.from_reactions(["H2 -> H + H", "H + H -> H2"], [rate, 1e-17])
    rhs, y = ef.FusedRHS(network, backend="llvm"), jnp.array([0.4, 0.2])
    conditions = ef.Conditions(10.0, 1e4)
    term, tableau, h = diffrax.ODETerm(rhs), ef.Rodas4().tableau, jnp.asarray(1.0)
    assert native_step(tableau, term, y, conditions, h) is None
    dark = ef.FusedRHS(ef.networks.robertson(), backend="llvm")
    moving = native_step(tableau, diffrax.ODETerm(dark), jnp.ones(3), lambda t: ef.Conditions(10.0 + t, 1.0), h)
    assert moving is None
    single = native_step(tableau, diffrax.ODETerm(dark), jnp.ones(3, jnp.float32), conditions, h)
    assert single is None


def test_a_step_that_is_not_finite_is_rejected():
    rhs, y, args = _problem("primordial", "llvm")
    y1, error, *_ = ef.Rodas4().step(
        diffrax.ODETerm(rhs), jnp.asarray(0.0), jnp.asarray(1.0), y.at[0].set(jnp.inf), args, None, False
    )
    assert not jnp.isfinite(error).any()
    del y1


def test_backwards_in_time():
    rhs, y, args = _problem("primordial", "llvm")
    forward = _step(ef.Rodas5P(), rhs, y, args, jnp.asarray(1e-6))
    back = _step(ef.Rodas5P(), rhs, forward[0], args, jnp.asarray(-1e-6))
    np.testing.assert_allclose(back[0], y, rtol=1e-10)
