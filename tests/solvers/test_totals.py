"""Rates that depend on totals: the Jacobian, and solves, against the same sums written out and against autodiff."""

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse._solvers.native_step import native_step
from tests.helpers import BACKENDS
from tests.sparse import needs_native
from tests.total_networks import small, written_out

HERE = ef.Conditions(20.0, 3.0)
Y = jnp.linspace(0.1, 0.9, 9)
SOLVERS = [ef.Rodas5P(), ef.Rodas4()]


def _state(rhs):
    return Y if rhs.state == "abundance" else 3.0 * Y


@eqx.filter_jit
def _step(solver, rhs, y, args, h=0.3):
    y1, error, dense, *_ = solver.step(diffrax.ODETerm(rhs), jnp.asarray(0.0), jnp.asarray(h), y, args, None, False)
    return jnp.concatenate([jnp.stack([y1, error]), dense["k"]])


@pytest.mark.parametrize(
    ("backend", "seed", "state"),
    [*((backend, 0, "abundance") for backend in BACKENDS if backend != "jax"), ("jax", 1, "density")],
)
def test_the_jacobian_is_the_derivative(backend, seed, state):
    rhs = ef.FusedRHS(small(seed), backend=backend, state=state)
    y = _state(rhs)

    @jax.jit
    def found(y):
        jacobian = rhs.jacobian(0.0, y, HERE)
        products = jacobian @ y, ef.SparseOperator(jacobian).transpose().mv(y)
        return jacobian, jacobian.todense(), jax.jacfwd(lambda y: rhs(0.0, y, HERE))(y), products

    jacobian, ours, theirs, products = found(y)
    scale = 1e-12 * float(jnp.abs(theirs).max())
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=scale)
    for product, expected in zip(products, (theirs @ y, y - theirs.T @ y), strict=True):
        np.testing.assert_allclose(product, expected, rtol=1e-12, atol=9 * scale)
    assert jacobian.pattern.borders == 4 and jacobian.pattern.states == 9


def test_all_backends_and_the_literal_text_agree():
    network = small(2)
    first, *others = [eqx.filter_jit(ef.FusedRHS(network, backend=backend))(0.0, Y, HERE) for backend in BACKENDS]
    for found in (*others, ef.compile_network(network)(0.0, Y, HERE)):
        np.testing.assert_allclose(found, first, rtol=1e-12, atol=1e-14)


def _tiny():
    law = ef.rate_laws.UserRate(_one, (), _shade, ("A",), ("weighed", "flux"))
    totals = [ef.Total("weighed", {"A": 2.0, "C": -1.0}), ef.Total("flux", {"A -> B": 1.0, 2: 3.0})]
    return ef.Network.from_reactions(["A -> B", "B -> A", "A -> C"], [2.0, law, 0.5], totals=totals)


def test_totals_are_what_they_say():
    """Against the sum, term by term."""
    a, b, c = 0.4, 0.3, 0.2
    rhs = ef.FusedRHS(_tiny(), backend="vectorized")
    expected = 1.0 / (1.0 + 3.0 * a + 10.0 * 3.0 * (2.0 * a - c) + 100.0 * 3.0 * (2.0 * a + 3.0 * 0.5 * a))
    found = eqx.filter_jit(rhs.rate_coefficients)(HERE, jnp.array([a, b, c]))
    np.testing.assert_allclose(found, [2.0, expected, 0.5], rtol=1e-14)


def _one(conditions):
    return 1.0 + 0.0 * conditions.g0


def _shade(conditions, densities):
    own, weighed, flux = densities
    return 1.0 / (conditions.g0 + own + 10.0 * weighed + 100.0 * flux)


@needs_native
@pytest.mark.parametrize(
    ("solver", "state", "args"),
    [(SOLVERS[0], "abundance", lambda t: ef.Conditions(20.0, 3.0 + t, g0=1.0 + t)), (SOLVERS[1], "density", HERE)],
    ids=["changing", "constant"],
)
def test_a_native_step_is_the_plain_one(solver, state, args):
    native, plain = (ef.FusedRHS(small(0), backend=backend, state=state) for backend in ("llvm", "vectorized"))
    y, h = _state(native), jnp.asarray(0.3)
    assert native_step(solver.tableau, diffrax.ODETerm(native), 0.0 * h, h, y, args, h) is not None
    ours, theirs = (_step(solver, rhs, y, args) for rhs in (native, plain))
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12 * float(y.max()))


@needs_native
def test_a_step_of_a_batch_is_one_call_and_cells_do_not_matter_to_each_other():
    rhs = ef.FusedRHS(small(0), backend="llvm")
    args = rhs.precompute(HERE)
    single = jax.jit(lambda y: _step(SOLVERS[0], rhs, y, args))
    batch = jax.jit(jax.vmap(lambda y: _step(SOLVERS[0], rhs, y, args)))
    for cells in (1, 7, 8, 9):
        ys = Y * jnp.linspace(0.5, 2.0, cells)[:, None]
        assert batch.lower(ys).as_text().count("custom_call @eqxfuse") == 1
        np.testing.assert_allclose(batch(ys), jnp.stack([single(y) for y in ys]), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("solver", "backend"), [(SOLVERS[0], "auto"), (None, "auto"), (SOLVERS[1], "vectorized")])
def test_solves_are_those_with_the_sums_written_out(solver, backend):
    ends = []
    for network in (small(1, rates=False), written_out(small(1, rates=False))):
        rhs = ef.FusedRHS(network, backend=backend)
        method = solver or diffrax.Kvaerno5(root_finder=ef.SparseNewton(rhs))
        controller = diffrax.ConstantStepSize() if solver else diffrax.PIDController(rtol=1e-8, atol=1e-12)
        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(rhs),
            method,
            0.0,
            5.0,
            0.5 if solver else 1e-3,
            Y,
            rhs.precompute(HERE),
            stepsize_controller=controller,
        )
        ends.append(solution.ys[-1])
    assert float(jnp.abs(ends[0] - Y).max()) > 0.05
    np.testing.assert_allclose(*ends, rtol=1e-10 if solver else 1e-8)


@needs_native
def test_gradients_of_a_batch_of_solves_are_those_of_plain_kernels_in_forward_mode():
    def end(backend, adjoint):
        rhs = ef.FusedRHS(_tiny(), backend=backend)

        def value(g0):
            term, args = diffrax.ODETerm(rhs), ef.Conditions(20.0, 3.0, g0=g0)
            y0, span = jnp.array([0.4, 0.3, 0.2]), (0.0, 1.0, 0.5)
            solution = diffrax.diffeqsolve(term, ef.Rodas4(), *span, y0, args, max_steps=4, adjoint=adjoint)
            return solution.ys[-1] @ jnp.arange(3.0)

        return value

    fields = jnp.array([0.0, 1.0, 200.0])
    ours = jax.jit(jax.vmap(jax.grad(end("llvm", diffrax.RecursiveCheckpointAdjoint()))))(fields)
    theirs = jax.jit(jax.vmap(jax.jacfwd(end("vectorized", diffrax.ForwardMode()))))(fields)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_without_conditions_coefficients_are_used_as_they_stand():
    rhs = ef.FusedRHS(small(0))
    bare = ef.RateCoefficients(rhs.precompute(HERE).k)
    ours, theirs = jax.jit(lambda y: (rhs.jacobian(0.0, y, bare).todense(), jax.jacfwd(rhs, 1)(0.0, y, bare)))(Y)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)
    one, other = (_step(SOLVERS[0], ef.FusedRHS(small(0), backend=b), Y, bare) for b in ("auto", "vectorized"))
    np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


def test_heavy_weights_do_not_make_a_step_fail():
    """Weights of 1e14 cm^3, of which the law takes the part that matters."""
    heavy = ef.Network.from_reactions(
        ["A -> B", "B -> A"],
        [ef.rate_laws.UserRate(_one, (), _heavy, (), ("sum",)), 1.0],
        totals=[ef.Total("sum", {"A": 1e14, "B": 3e13})],
    )
    y = jnp.array([0.4, 0.6])
    ours, theirs = (_step(SOLVERS[0], ef.FusedRHS(heavy, backend=b), y, HERE) for b in (BACKENDS[-1], "vectorized"))
    assert jnp.isfinite(ours).all()
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-13)


def _heavy(conditions, densities):
    return 1.0 / (1.0 + 1e-14 * densities[0])


def test_long_steps_do_not_make_a_step_fail():
    """The rows of the sums then differ from those of the species by thirteen orders of magnitude."""
    network = ef.Network.from_reactions(
        ["A -> B", "B -> A"],
        [ef.rate_laws.UserRate(_slow, (), _dense, (), ("sum",)), 2e-13],
        totals=[ef.Total("sum", {"A": 1.0, "B": 0.3})],
    )
    y, here = jnp.array([0.4, 0.6]), ef.Conditions(20.0, 1e12)
    steps = [_step(SOLVERS[0], ef.FusedRHS(network, backend=b), y, here, 1e14) for b in (BACKENDS[-1], "vectorized")]
    np.testing.assert_allclose(*steps, rtol=1e-10, atol=1e-12)


def _slow(conditions):
    return 1e-13 * conditions.g0


def _dense(conditions, densities):
    return 1.0 / (1.0 + 1e-12 * densities[0])
