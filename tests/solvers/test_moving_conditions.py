"""Conditions that change with time: coefficients evaluated inside the native step, against the step in JAX."""

import re
from functools import partial

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

pytest.importorskip("llvmlite")

import eqxfuse as ef
from eqxfuse._solvers import native_step
from eqxfuse._solvers.native_step import native_form
from eqxfuse._solvers.parts import plain_step
from eqxfuse.rate_laws import UserRate
from tests.helpers import shared
from tests.rate_laws.moving import FEW, collapse, every_policy, moving_network, moving_state

T, H = 1e9, 1e9
RODAS4, RODAS5P = ef.Rodas4(), ef.Rodas5P()


@pytest.fixture(scope="module")
def mixed():
    return ef.FusedRHS(every_policy(), backend="llvm")


@pytest.fixture(scope="module")
def clamped():
    return ef.FusedRHS(moving_network("clamp"), backend="llvm")


def _step(rhs, args, y, t=T, h=H, solver=RODAS4):
    t = jnp.asarray(t)
    y1, error, dense, *_ = solver.step(diffrax.ODETerm(rhs), t, t + h, y, args, None, False)
    return jnp.concatenate([jnp.stack([y1, error]), dense["k"]])


def _made(rhs, args, h=H, solver=RODAS4):
    """The parts of a step and its inputs, in order."""
    t, dt = jnp.asarray(T), jnp.asarray(h)
    parts, inputs = native_step._evaluated(solver.tableau, rhs, lambda t: rhs.at_time(t, args), t, dt, True)
    inputs |= {"y": moving_state(rhs.network), "h": jnp.reshape(dt, (1,))}
    return parts, parts.signature.arranged(inputs)


def _assert_close(ours, theirs):
    """To what rounding makes of a stiff step, on the scale of each component."""
    theirs = np.asarray(theirs)
    scale = np.maximum(np.abs(theirs), np.abs(theirs[..., :1, :]))
    np.testing.assert_array_less(np.abs(np.asarray(ours) - theirs), 1e-11 * scale + 1e-300)


@pytest.mark.parametrize("solver", [RODAS4, RODAS5P])
def test_is_the_step_in_jax(mixed, solver):
    """Hot and cold, inside, between and outside of the ranges of fits; forwards and backwards."""
    plain = None
    for temperature in (5.3, 41.0, 97.0, 2e4):
        for h in (1e9, -1e8):
            parts, inputs = _made(mixed, lambda t, own=temperature: collapse(t, temperature=own), h, solver)
            plain = plain or jax.jit(partial(plain_step, parts))
            assert parts.rates is not None
            _assert_close(native_form(parts)(*inputs), plain(*inputs))


def test_what_changes_matters(mixed):
    y = moving_state(mixed.network)
    moving, still = _step(mixed, collapse, y), _step(mixed, lambda t: collapse(0.0 * t + T), y)
    assert (jnp.abs(moving[0] - still[0]) / y).max() > 1e-3


@pytest.mark.parametrize("cells", [1, 7, 8, 9])
@pytest.mark.parametrize("own", [False, True])
def test_batches_are_the_cells(clamped, cells, own):
    """Cells have times, conditions, step lengths, and, if need be, parameters of their own."""
    y = moving_state(clamped.network)
    law = next(i for i, law in enumerate(clamped.table.laws) if isinstance(law, ef.rate_laws.Kooij))

    def step(t, h, factor):
        scaled = eqx.tree_at(lambda r: r.table.laws[law].alpha, clamped, replace_fn=lambda a: a * factor)
        return _step(scaled if own else clamped, lambda t: collapse(t, factor), y, t, h)

    values = jnp.linspace(0.0, 1e9, cells), jnp.geomspace(1e7, 1e9, cells), jnp.linspace(0.5, 2.0, cells)
    batch, one = jax.jit(jax.vmap(step))(*values), jax.jit(step)
    for i in range(cells):
        _assert_close(batch[i], one(*(v[i] for v in values)))


def test_nested_batches_with_parameters_of_the_inner_axis(clamped):
    y = moving_state(clamped.network)

    def step(factor, rate):
        table = jax.tree.map(lambda leaf: leaf * factor, clamped.table)
        return _step(eqx.tree_at(lambda r: r.table, clamped, table), lambda t: collapse(t, rate), y)

    factors, rates = jnp.linspace(0.9, 1.1, 3), jnp.linspace(0.5, 2.0, 5)
    nested = jax.vmap(lambda rate: jax.vmap(lambda factor: step(factor, rate))(factors))(rates)
    for i, rate in enumerate(rates):
        for j, factor in enumerate(factors):
            _assert_close(nested[i, j], step(factor, rate))


def test_derivatives_are_those_without_native_code():
    """To the table, to what the callable holds, to the start, the state and the length of the step."""
    network = moving_network("clamp", FEW)
    native, plain = (ef.FusedRHS(network, backend=backend) for backend in ("llvm", "vectorized"))

    def loss(rhs):
        def value(table, rate, y, t, h):
            moved = eqx.tree_at(lambda r: r.table, rhs, table)
            final = _step(moved, lambda t: collapse(t, rate), y, t, h)[0]
            return jnp.sum(jnp.cos(jnp.arange(len(y))) * jnp.log(final))

        return value

    def along(point, tangents):
        return jax.grad(loss(native), (0, 1, 2, 3, 4))(*point), jax.jvp(loss(native), point, tangents)[1]

    point = native.table, jnp.asarray(1.0), moving_state(network), jnp.asarray(T), jnp.asarray(H)
    tangents = jax.tree.map(lambda p: 0.3 * p, point)
    ours, pushed = jax.jit(along)(point, tangents)
    theirs = jax.jit(jax.grad(loss(plain), (0, 1, 2, 3, 4)))(*point)
    for a, b in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10 * float(jnp.abs(b).max()))
    dots = [jnp.vdot(a, d) for a, d in zip(jax.tree.leaves(ours), jax.tree.leaves(tangents), strict=True)]
    np.testing.assert_allclose(pushed, sum(dots), rtol=1e-9)


@pytest.mark.parametrize("state", ["abundance", "density"])
def test_bound_and_given_callables_and_coefficients(state):
    """What is bound serves as `args` do; a callable that gives coefficients is tabulated."""
    rhs = ef.FusedRHS(moving_network("clamp", FEW), backend="llvm", state=state)
    y = moving_state(rhs.network) * (1.0 if state == "abundance" else 300.0)
    bound = eqx.tree_at(lambda r: r.bound, rhs, lambda t: collapse(t), is_leaf=lambda leaf: leaf is None)
    given = _step(rhs, collapse, y)
    _assert_close(_step(bound, None, y), given)
    tabulated = lambda t: rhs.precompute(collapse(t))  # noqa: E731
    assert native_step._evaluated(ef.Rodas4().tableau, rhs, tabulated, jnp.asarray(T), jnp.asarray(H), True) is None
    _assert_close(_step(rhs, tabulated, y), given)


def _ordered(conditions):
    return 1e-17 * jnp.sort(jnp.stack([conditions.temperature, conditions.dust_temperature]))[0]


def test_a_law_that_native_code_cannot_evaluate_is_said_once():
    network = ef.Network.from_reactions(
        ["H2 -> H + H", "H + H -> H2"], [ef.rate_laws.CosmicRay(1.0), UserRate(_ordered)]
    )
    rhs, plain = (ef.FusedRHS(network, backend=backend) for backend in ("llvm", "vectorized"))
    y = jnp.array([0.4, 0.2])
    with pytest.warns(
        UserWarning, match=r"cannot evaluate UserRate, because of the JAX operation .*; JAX evaluates all"
    ):
        ours = _step(rhs, collapse, y)
    _assert_close(_step(rhs, collapse, y), ours)
    _assert_close(ours, _step(plain, collapse, y))


def test_a_solve_leaves_no_exponential_to_xla():
    """On a network with shielded reactions: one native call a step, and no arithmetic of rate laws beside it."""
    network = ef.read_network(shared("networks/uclchem_gas_phase_only.csv"), grains="none")
    rhs, y = ef.FusedRHS(network, backend="llvm"), jnp.full(len(network.species), 1e-8)

    def solve(warm):
        conditions = lambda t: ef.Conditions(10.0 + warm * t / (1e6 * ef.YEAR), 1e4, av=3.0)  # noqa: E731
        controller = diffrax.PIDController(rtol=1e-4, atol=1e-12)
        span = 0.0, 1e6 * ef.YEAR, 1e4  # with a first step, whose choice would evaluate f outside of the loop
        return diffrax.diffeqsolve(
            diffrax.ODETerm(rhs), RODAS4, *span, y, conditions, stepsize_controller=controller, throw=False
        ).ys

    text = jax.jit(solve).lower(90.0).compile().as_text()
    assert len(re.findall(r"custom-call.*eqxfuse_", text)) == 1
    assert not re.search(r"\bexponential\(", text)
