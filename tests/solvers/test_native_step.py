"""The native step against the same step made of its parts."""

from functools import cache

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse._solvers.native_step import native_step
from eqxfuse.rate_laws import UserRate
from tests.helpers import random_state

NETWORKS = {"robertson": ef.networks.robertson, "primordial": ef.networks.primordial, "cloud": ef.networks.dark_cloud}
SOLVERS = [ef.Rodas4(), ef.Rodas5P()]


@cache
def _problem(name, backend):
    network = NETWORKS[name]()
    y, k = random_state(network)
    return ef.FusedRHS(network, backend=backend), jnp.asarray(y), ef.RateCoefficients(jnp.asarray(k))


def _step(solver, rhs, y, args, h, t=0.0):
    return _compiled(solver, rhs, y, args, jnp.asarray(h), jnp.asarray(t))


@eqx.filter_jit
def _compiled(solver, rhs, y, args, h, t):
    y1, error, dense, *_ = solver.step(diffrax.ODETerm(rhs), t, t + h, y, args, None, False)
    return jnp.concatenate([jnp.stack([y1, error]), dense["k"]])


def _is_one_call(solver, rhs, y, args):
    t = h = jnp.asarray(1.0)
    return native_step(solver.tableau, diffrax.ODETerm(rhs), t, h, y, args, h) is not None


def _assert_close(ours, theirs, y):
    """To rounding, on the scale of the state and of each vector."""
    scale = np.maximum(np.abs(np.asarray(theirs)).max(axis=-1, keepdims=True), 1e-3 * float(jnp.abs(y).max()))
    assert (np.abs(np.asarray(ours) - np.asarray(theirs)) <= 1e-11 * scale).all()


@pytest.mark.parametrize(
    ("name", "solver"), zip(("robertson", "primordial", "primordial", "cloud"), SOLVERS * 2, strict=True)
)
def test_is_the_plain_step(name, solver):
    native, y, args = _problem(name, "llvm")
    plain, *_ = _problem(name, "vectorized")
    assert _is_one_call(solver, native, y, args)
    assert not _is_one_call(solver, plain, y, args)
    for h in (1e-3, 1e2):
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

    def along(point, tangents):
        return jax.grad(loss(native), (0, 1, 2))(*point), jax.jvp(loss(native), point, tangents)[1]

    point = (y, args.k, jnp.asarray(50.0))
    tangents = tuple(p * 0.3 for p in point)
    ours, pushed = jax.jit(along)(point, tangents)
    theirs = jax.jit(jax.grad(loss(plain), (0, 1, 2)))(*point)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-10 * float(jnp.abs(b).max()))
    np.testing.assert_allclose(pushed, sum(jnp.vdot(g, t) for g, t in zip(ours, tangents, strict=True)), rtol=1e-9)


def _slower(conditions, densities, strength):
    return 1.0 / (1.0 + strength * densities[0] * conditions.radius / 1e20)


def _looked_up(conditions, densities):
    return jnp.interp(densities[0], jnp.array([0.0, 1e4]), jnp.array([1.0, 0.5])) * conditions.g0


@cache
def _cloud(backend, state="abundance"):
    """Light that H2, CO and C shield, and a law of the user's in two reactions."""
    laws = ef.rate_laws
    network = ef.Network.from_reactions(
        ["H2 -> H + H", "CO -> C + O", "C -> C+ + e-", "O -> O+ + e-", "CO -> C+ + O + e-", "H + H -> H2",
         "C + O -> CO", "C+ + e- -> C", "O+ + e- -> O", "O+ + H2 -> O + H2"],
        [laws.ShieldedH2(5e-11), laws.ShieldedCO(2e-10), laws.ShieldedC(3e-10, 3.0),
         laws.UserRate(_light, (3e-12,), _slower, ("H",)), laws.UserRate(_light, (7e-13,), _slower, ("H",)),
         3e-17, 2e-17, 5e-12, 3e-12, 1e-10],
    )  # fmt: skip
    rhs = ef.FusedRHS(network, backend=backend, state=state)
    start = {"H2": 0.3, "H": 0.4, "CO": 4e-5, "C": 6e-5, "O": 2e-4, "C+": 3e-5, "O+": 1e-7, "e-": 3e-5}
    y = jnp.asarray(network.abundances(start)) * (1.0 if state == "abundance" else 300.0)
    return rhs, y, ef.Conditions(40.0, 300.0, av=0.4, radius=3e17)


def _light(conditions, strength):
    return strength * conditions.g0


@pytest.mark.parametrize(("solver", "state"), zip(SOLVERS, ["abundance", "density"], strict=True))
@pytest.mark.parametrize("h", [1e8, 1e11])
def test_abundance_dependent_rates_are_part_of_the_step(solver, state, h):
    (native, y, conditions), (plain, *_) = _cloud("llvm", state), _cloud("vectorized", state)
    assert _is_one_call(solver, native, y, conditions)
    ours, theirs = (_step(solver, rhs, y, conditions, jnp.asarray(h)) for rhs in (native, plain))
    _assert_close(ours, theirs, y)
    fixed = ef.RateCoefficients(native.precompute(conditions).k)
    assert _is_one_call(solver, native, y, fixed)
    unshielded = _step(solver, native, y, fixed, jnp.asarray(h))
    _assert_close(unshielded, _step(solver, plain, y, fixed, jnp.asarray(h)), y)
    assert jnp.abs(unshielded[0] - ours[0]).max() > 1e-6 * y.max()


def test_a_step_with_abundance_dependent_rates_is_one_call():
    """In a batch whose conditions differ, too: no arithmetic of the rate laws is left to XLA."""
    rhs, y, _ = _cloud("llvm")

    def step(coefficients, y):
        return _step(SOLVERS[1], rhs, y, coefficients, jnp.asarray(1e9))

    many = jax.vmap(lambda av: rhs.precompute(ef.Conditions(40.0, 300.0, av=av)))(jnp.linspace(0.1, 3.0, 11))
    states = jnp.tile(y, (11, 1))
    text = jax.jit(jax.vmap(step)).lower(many, states).as_text()
    assert text.count("custom_call @eqxfuse") == 1
    assert not [word for word in ("exponential", "power", "while") if f"stablehlo.{word}" in text]
    batch = jax.vmap(step)(many, states)
    for i in range(11):
        _assert_close(batch[i], step(jax.tree.map(lambda leaf: leaf[i], many), y), y)  # noqa: B023


def _edge(backend):
    """Of the light that the cloud above knows, what C shields, and a law of the user's."""
    laws = ef.rate_laws
    network = ef.Network.from_reactions(
        ["C -> C+ + e-", "C+ + e- -> C", "H -> H+ + e-", "H+ + e- -> H", "H + H -> H2"],
        [laws.ShieldedC(3e-10, 3.0), 5e-12, laws.UserRate(_light, (3e-12,), _slower, ("H",)), 3e-12, 3e-17],
    )
    y = network.abundances({"H2": 0.3, "H": 0.4, "H+": 1e-7, "C": 6e-5, "C+": 3e-5, "e-": 3e-5})
    return ef.FusedRHS(network, backend=backend), y, ef.Conditions(40.0, 300.0, av=0.4, radius=3e17)


def test_derivatives_through_abundance_dependent_rates():
    (native, y, conditions), (plain, *_) = _edge("llvm"), _edge("vectorized")

    def loss(rhs):
        def value(y, conditions, table, h):
            moved = eqx.tree_at(lambda r: r.table, rhs, table)
            return jnp.sum(jnp.cos(jnp.arange(len(y))) * _step(SOLVERS[0], moved, y, conditions, h)[0])

        return value

    point = (y, conditions, native.table, jnp.asarray(1e9))
    ours, theirs = (jax.jit(jax.grad(loss(rhs), (0, 1, 2, 3)))(*point) for rhs in (native, plain))
    assert float(abs(ours[1].radius)) > 0.0
    for a, b in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-10 * float(jnp.abs(b).max()))


def _collapse(t):
    """A cloud that warms up, contracts and darkens."""
    return ef.Conditions(40.0 + 1e-8 * t, 300.0 * jnp.exp(1e-10 * t), av=0.4 + 1e-10 * t, radius=3e17 - 1e6 * t)


@pytest.mark.parametrize(("solver", "network"), zip(SOLVERS, ["shielded", "primordial"], strict=True))
@pytest.mark.parametrize("h", [1e9, -1e8])
def test_coefficients_that_change_with_time_are_part_of_the_step(solver, network, h):
    if network == "shielded":
        (native, y, _), (plain, *_) = _cloud("llvm"), _cloud("vectorized")
    else:
        (native, y, _), (plain, *_) = _problem(network, "llvm"), _problem(network, "vectorized")
        y = y / y.sum()
    assert _is_one_call(solver, native, y, _collapse)
    ours, theirs = (_step(solver, rhs, y, _collapse, h, 1e9) for rhs in (native, plain))
    _assert_close(ours, theirs, y)
    frozen = _step(solver, native, y, _collapse(jnp.asarray(1e9)), h, 1e9)
    assert (jnp.abs(frozen[0] - ours[0]) / y).max() > 1e-7


def test_a_batch_of_steps_with_changing_coefficients_is_one_call():
    """Cells have times, conditions and step sizes of their own."""
    rhs, y, _ = _cloud("llvm")
    collapse = lambda t: _collapse(2.0 * t)  # noqa: E731

    def step(t, h):
        return _step(SOLVERS[1], rhs, y, collapse, h, t)

    times, lengths = jnp.linspace(0.0, 1e9, 11), jnp.geomspace(1e7, 1e9, 11)
    assert jax.jit(jax.vmap(step)).lower(times, lengths).as_text().count("custom_call @eqxfuse_") <= 3
    batch = jax.vmap(step)(times, lengths)
    for i in range(11):
        _assert_close(batch[i], step(times[i], lengths[i]), y)


def test_derivatives_through_changing_coefficients():
    rates = [ef.rate_laws.Photo(3e-10, 3.0), ef.rate_laws.Kooij(5e-12, -0.5, 20.0), ef.rate_laws.CosmicRay(1e3)]
    network = ef.Network.from_reactions(["C -> C+ + e-", "C+ + e- -> C", "H2 -> H + H"], rates)
    y = network.abundances({"H2": 0.3, "H": 0.4, "C": 6e-5, "C+": 3e-5, "e-": 3e-5})
    native, plain = (ef.FusedRHS(network, backend=backend) for backend in ("llvm", "vectorized"))

    def loss(rhs):
        def value(rate):
            final = _step(SOLVERS[0], rhs, y, lambda t: _collapse(rate * t), 1e9, 1e9)[0]
            return jnp.sum(jnp.cos(jnp.arange(len(y))) * final)

        return value

    ours, pushed = jax.jit(lambda rate: (jax.grad(loss(native))(rate), jax.jacfwd(loss(native))(rate)))(1.0)
    theirs = jax.jit(jax.grad(loss(plain)))(1.0)
    np.testing.assert_allclose([ours, pushed], theirs, rtol=1e-8)


def _ordered(conditions, densities):
    return jnp.sort(jnp.stack([1.0 / (1.0 + densities[0]), conditions.g0]))[0]


def _switched(conditions, densities):
    dense = jax.nn.relu(densities[0] - 1e3) + jnp.where(jnp.isfinite(densities[0]), 2.0, 3.0)
    return 1.0 / (1.0 + dense)


@pytest.mark.parametrize("modifier", [_looked_up, _switched])
def test_laws_with_tables_and_switches_are_native(modifier):
    rate = UserRate(lambda conditions: 1e-10 * conditions.g0, modifier_function=modifier, species=("H",))
    network = ef.Network.from_reactions(["H2 -> H + H", "H + H -> H2"], [rate, 1e-17])
    rhs, plain = (ef.FusedRHS(network, backend=backend) for backend in ("llvm", "vectorized"))
    y, conditions = jnp.array([0.4, 0.2]), ef.Conditions(10.0, 1e4)
    assert _is_one_call(SOLVERS[0], rhs, y, conditions)
    _assert_close(*(_step(SOLVERS[0], r, y, conditions, 1e9) for r in (rhs, plain)), y)


def test_what_native_code_cannot_do_takes_the_plain_way():
    rate = UserRate(lambda conditions: 1e-10 * conditions.g0, modifier_function=_ordered, species=("H",))
    network = ef.Network.from_reactions(["H2 -> H + H", "H + H -> H2"], [rate, 1e-17])
    rhs, y = ef.FusedRHS(network, backend="llvm"), jnp.array([0.4, 0.2])
    conditions = ef.Conditions(10.0, 1e4)
    with pytest.warns(UserWarning, match="cannot evaluate the modifier of UserRate, because of the JAX operation"):
        assert not _is_one_call(SOLVERS[0], rhs, y, conditions)
    assert not _is_one_call(SOLVERS[0], rhs, y, conditions)
    plain = ef.FusedRHS(network, backend="vectorized")
    _assert_close(*(_step(SOLVERS[0], r, y, conditions, 1e9) for r in (rhs, plain)), y)
    single = ef.FusedRHS(ef.networks.robertson(), backend="llvm")
    assert not _is_one_call(SOLVERS[0], single, jnp.ones(3, jnp.float32), conditions)


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
