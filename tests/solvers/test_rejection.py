"""Steps that go wrong are tried again, smaller."""

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import Rodas4, Rodas5P
from tests.solvers.problems import integrate

solvers = pytest.mark.parametrize("solver", [Rodas4(), Rodas5P()], ids=lambda s: type(s).__name__)


def falling(t, y, args):
    """y' = -sqrt(y) with y = (1 - t/2)^2: a step that overshoots takes the root of a negative number."""
    return -jnp.sqrt(y)


def blowing_up(t, y, args):
    """y' = -1e200 (y^3 - 1)^3 overflows far away from 1."""
    return -1e200 * (y**3 - 1) ** 3


@solvers
def test_a_step_that_is_not_finite_reports_an_infinite_error(solver):
    y = jnp.array([1.0])
    y1, error, dense, *_ = solver.step(diffrax.ODETerm(falling), 0.0, 1e3, y, None, None, made_jump=False)
    assert jnp.array_equal(y1, y)
    assert jnp.array_equal(error, jnp.array([jnp.inf]))
    assert set(dense) == {"y0", "y1", "k"}


@solvers
@pytest.mark.parametrize("start", [1.9, 100.0])
def test_the_solve_goes_on_after_steps_that_are_not_finite(solver, start):
    solution = integrate(falling, solver, jnp.array([1.0]), 1.9, dt0=start, rtol=1e-8, atol=1e-10)
    assert int(solution.stats["num_rejected_steps"]) > 0
    assert float(solution.ys[-1, 0]) == pytest.approx((1 - 0.95) ** 2, rel=1e-5)


@solvers
def test_an_infinite_stage_is_rejected_like_one_that_is_not_a_number(solver):
    _, error, *_ = solver.step(diffrax.ODETerm(blowing_up), 0.0, 1e300, jnp.array([1e80]), None, None, made_jump=False)
    assert jnp.array_equal(error, jnp.array([jnp.inf]))


def test_a_solve_that_can_never_go_on_says_so():
    solver = Rodas4()

    def never(t, y, args):
        return y * jnp.nan

    solution = integrate(never, solver, jnp.array([1.0]), 1.0, dt0=0.1, max_steps=50, throw=False)
    assert solution.result == diffrax.RESULTS.max_steps_reached
    with pytest.raises(eqx.EquinoxRuntimeError, match="maximum number of solver steps"):
        integrate(never, solver, jnp.array([1.0]), 1.0, dt0=0.1, max_steps=50)


@solvers
def test_a_discontinuity_in_time_costs_rejections_and_nothing_else(solver):
    def switched(t, y, args):
        return jnp.where(t < 1.0, -y, 1e3 * (2.0 - y))

    solution = integrate(switched, solver, jnp.array([1.0]), 1.5, rtol=1e-8, atol=1e-10)
    expected = 2 + (np.exp(-1) - 2) * np.exp(-1e3 * 0.5)
    assert float(solution.ys[-1, 0]) == pytest.approx(expected, rel=1e-6)


def test_derivatives_survive_steps_that_are_not_finite():
    """Nothing depends on a rejected step, however wrong its own derivatives are."""

    def end(y0, rate):
        def vector_field(t, y, rate):
            return rate * falling(t, y, None)

        options = {"args": rate, "dt0": 100.0, "rtol": 1e-8, "atol": 1e-10, "max_steps": 1000}
        solution = integrate(vector_field, Rodas5P(), y0[None], 1.9, **options)
        return solution.ys[-1, 0], solution.stats["num_rejected_steps"]

    slopes, rejected = jax.grad(end, argnums=(0, 1), has_aux=True)(jnp.asarray(1.0), jnp.asarray(1.0))
    assert int(rejected) > 0
    np.testing.assert_allclose(slopes, (0.05, -0.095), rtol=1e-5)  # of (sqrt(y0) - 0.95 rate)^2
