"""`SparseNewton` inside diffrax's own solvers, against diffrax's default root finder."""

import functools
import re
from typing import Any

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optimistix as optx
import pytest

from eqxfuse import YEAR, Conditions, FusedRHS, Network, RateCoefficients, SparseNewton, networks
from tests.sparse import needs_native

CASES = {
    "robertson": (networks.robertson, Conditions(1.0, 1.0), {"A": 1.0}, (1e4, 1e-4), 1e-10),
    "primordial": (
        networks.primordial,
        Conditions(1000.0, 1e2),
        {"H": 1.0, "H+": 1e-4, "e-": 1e-4},
        (1e13, 1e6),
        1e-16,
    ),
    "dark_cloud": (
        networks.dark_cloud,
        Conditions(10.0, 2e4, av=10.0),
        {"H2": 0.5, "He": 0.1, "C+": 1e-4, "O": 3e-4, "e-": 1e-4},
        (1e5 * YEAR, 1e2),
        1e-20,
    ),
}
RTOL = 1e-5


def _integrate(term, solver, span, y0, args=None, atol=1e-10, rtol=RTOL, **options):
    t0, t1, dt0 = span
    controller = diffrax.PIDController(rtol=rtol, atol=atol)
    return diffrax.diffeqsolve(
        term, solver, t0, t1, dt0, y0, args, stepsize_controller=controller, throw=False, **options
    )


def _solve(name, root_finder=None, backend="auto", solver=diffrax.Kvaerno5):
    """`root_finder` makes one for the right-hand side; None leaves diffrax's own."""
    make, conditions, start, (t1, dt0), atol = CASES[name]
    rhs = FusedRHS(make(), backend=backend)
    method = solver(root_finder=root_finder(rhs)) if root_finder else solver()
    term = diffrax.ODETerm(rhs)
    if issubclass(solver, diffrax.KenCarp4):
        term = diffrax.MultiTerm(diffrax.ODETerm(lambda t, y, args: jnp.zeros_like(y)), term)

    @jax.jit
    def run(y0, args):
        return _integrate(term, method, (0.0, t1, dt0), y0, args, atol)

    return run, rhs.network.abundances(start), rhs.precompute(conditions)


@functools.cache
def _compiled(*args):
    run, y0, coefficients = _solve(*args)
    return run.lower(y0, coefficients).compile()


@functools.cache
def _run(*args):
    _, y0, coefficients = _solve(*args)
    return _compiled(*args)(y0, coefficients)


def _same_end(a, b, tolerance):
    assert a.result == b.result == diffrax.RESULTS.successful
    expected = np.asarray(b.ys[-1])
    large = expected > 1e-10
    np.testing.assert_allclose(np.asarray(a.ys[-1])[large], expected[large], rtol=tolerance)


@pytest.mark.parametrize("name", CASES)
def test_no_more_steps_than_the_default_and_the_same_end(name):
    """The default gives up after two iterations; going on where they converge saves steps."""
    ours, theirs = _run(name, SparseNewton), _run(name)
    assert ours.stats["num_steps"] <= theirs.stats["num_steps"]
    _same_end(ours, theirs, 20 * RTOL)


@needs_native
def test_dense_and_native_linear_algebra_take_the_same_steps():
    native, dense = _run("primordial", SparseNewton), _run("primordial", SparseNewton, "vectorized")
    assert native.stats["num_steps"] == dense.stats["num_steps"]
    _same_end(native, dense, 1e-8)


def test_imex():
    _same_end(_run("primordial", SparseNewton, "auto", diffrax.KenCarp4), _run("primordial", SparseNewton), 20 * RTOL)


@needs_native
def test_nothing_dense_is_compiled():
    from eqxfuse._kernels.cpu.sparse_solve import lu_target, scalar_plan
    from eqxfuse.ir import lower_jacobian

    network = networks.dark_cloud()
    square = re.compile(r"f64\[(\d+,)?{0},{0}\]".format(len(network.species)))
    text = _compiled("dark_cloud", SparseNewton).as_text()
    assert not square.search(text)
    assert "lapack" not in text
    factorise = lu_target(scalar_plan(lower_jacobian(network)[1]), "factorise")
    assert text.count(f'custom_call_target="{factorise}"') == 1
    run, y0, args = _solve("dark_cloud", SparseNewton)
    batch = RateCoefficients(jnp.stack([args.k, 2 * args.k]))
    text = jax.jit(jax.vmap(run, (None, 0))).lower(y0, batch).compile().as_text()
    assert not square.search(text)
    assert text.count(f'custom_call_target="{factorise}"') == 1
    text = _compiled("dark_cloud").as_text()
    assert square.search(text)
    assert "lapack" in text


def test_batches_are_loops_over_cells():
    run, y0, args = _solve("robertson", SparseNewton)
    stretch = jnp.array([0.5, 1.0, 2.0])
    batch = jax.jit(jax.vmap(lambda s: run(y0, RateCoefficients(s * args.k)).ys[-1]))(stretch)
    for i, s in enumerate(stretch):
        np.testing.assert_allclose(batch[i], run(y0, RateCoefficients(s * args.k)).ys[-1], rtol=1e-10)


class Oscillator(eqx.Module):
    """Van der Pol's equation; `exactness` scales its Jacobian."""

    mu: Any = 1e3
    exactness: float = 1.0

    def __call__(self, t, y, args):
        del t, args
        return jnp.stack([y[1], self.mu * ((1 - y[0] ** 2) * y[1] - y[0])])

    def jacobian(self, t, y, args):
        return self.exactness * jax.jacfwd(lambda v: self(t, v, args))(y)


@functools.cache
def _oscillate(exactness):
    """With a Jacobian of that exactness; with diffrax's root finder for None."""
    newton = None if exactness is None else SparseNewton(Oscillator(exactness=exactness))
    solver = diffrax.Kvaerno5(root_finder=newton) if newton else diffrax.Kvaerno5()
    run = jax.jit(lambda y0: _integrate(diffrax.ODETerm(Oscillator()), solver, (0.0, 0.5, 1e-4), y0))
    return run(jnp.array([2.0, 0.0]))


def test_any_vector_field_with_a_jacobian():
    _same_end(_oscillate(1.0), _oscillate(None), 20 * RTOL)


def test_an_inexact_jacobian_costs_no_accuracy():
    _same_end(_oscillate(0.8), _oscillate(None), 20 * RTOL)


def test_backwards_in_time():
    """Decay with a rate that changes in time, from y(1) = exp(-1/2) back to y(0) = 1."""

    class Decay(eqx.Module):
        def __call__(self, t, y, args):
            return -t * y

        def jacobian(self, t, y, args):
            return -t * jnp.eye(1)

    solver = diffrax.Kvaerno5(root_finder=SparseNewton(Decay()))
    end = _integrate(diffrax.ODETerm(Decay()), solver, (1.0, 0.0, -0.1), jnp.exp(-0.5 * jnp.ones(1)), rtol=1e-7).ys[-1]
    np.testing.assert_allclose(end, 1.0, rtol=1e-5)


def test_single_precision():
    rhs = FusedRHS(Network.from_reactions(["A -> B", "B -> A"], [1.0, 3.0]), state="density")
    solver = diffrax.Kvaerno3(root_finder=SparseNewton(rhs))
    y0 = jnp.array([1.0, 0.0], jnp.float32)
    args = RateCoefficients(jnp.array([1.0, 3.0], jnp.float32))
    span = tuple(jnp.asarray(t, jnp.float32) for t in (0.0, 50.0, 0.01))
    end = _integrate(diffrax.ODETerm(rhs), solver, span, y0, args, rtol=1e-4, atol=1e-5).ys[-1]
    assert end.dtype == jnp.float32
    np.testing.assert_allclose(end, [0.75, 0.25], rtol=1e-3)


def test_derivatives_are_those_of_the_equation():
    """A' = -2 k A^2, also where the root finder itself holds what is differentiated."""
    rhs = FusedRHS(Network.from_reactions(["2 A -> B"], [1.0]))
    y0 = jnp.array([1.0, 0.0])

    def end(k, **options):
        bound = rhs.at(RateCoefficients(k))
        solver = diffrax.Kvaerno3(root_finder=SparseNewton(bound))
        options = {"rtol": 1e-6, "max_steps": 256} | options
        return _integrate(diffrax.ODETerm(bound), solver, (0.0, 1.0, 1e-3), y0, **options).ys[-1, 0]

    k = jnp.array([3.0])
    reverse = jax.jit(jax.grad(end))(k)
    np.testing.assert_allclose(reverse, -2.0 / (1.0 + 2.0 * k) ** 2, rtol=1e-4)
    forward = jax.jit(jax.jacfwd(lambda k: end(k, adjoint=diffrax.ForwardMode())))(k)
    np.testing.assert_allclose(forward, reverse, rtol=1e-9)


def test_tolerances_of_its_own():
    def run(**tolerances):
        solver = diffrax.Kvaerno3(root_finder=SparseNewton(Oscillator(mu=1.0), **tolerances))
        return diffrax.diffeqsolve(diffrax.ODETerm(Oscillator(mu=1.0)), solver, 0.0, 0.1, 0.01, jnp.array([2.0, 0.0]))

    assert run(rtol=1e-8, atol=1e-8, norm=optx.max_norm).result == diffrax.RESULTS.successful
    with pytest.raises(ValueError, match="tolerances"):
        run()


def test_a_stage_without_a_solution_makes_the_step_smaller():
    """y' = y^2 from 1 blows up at t = 1: no stage of a first step of 2 has a real solution."""

    class Square(eqx.Module):
        def __call__(self, t, y, args):
            return y**2

        def jacobian(self, t, y, args):
            return jnp.diag(2 * y)

    solver = diffrax.Kvaerno5(root_finder=SparseNewton(Square()))
    solution = _integrate(diffrax.ODETerm(Square()), solver, (0.0, 0.9, 2.0), jnp.ones(1), rtol=1e-8)
    assert solution.stats["num_rejected_steps"] > 0
    np.testing.assert_allclose(solution.ys[-1], 10.0, rtol=1e-6)
