"""The published stiff problems, to the tolerance asked for."""

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from tests.solvers.pollution import Pollution, pollution_network
from tests.solvers.stiff_problems import PROBLEMS

SOLVERS = [ef.Rodas4(), ef.Rodas5P()]


@eqx.filter_jit
def _end(vector_field, solver, problem, rtol, args=None):
    return diffrax.diffeqsolve(
        diffrax.ODETerm(vector_field), solver, 0.0, problem.t1, None, jnp.array(problem.start), args,
        stepsize_controller=diffrax.PIDController(rtol=rtol, atol=rtol * problem.scale), max_steps=20_000,
    ).ys[-1]  # fmt: skip


def _without_jacobian(vector_field):
    return lambda t, y, args: vector_field(t, y, args)


@pytest.mark.parametrize(("jacobian", "solver"), [("jacfwd", ef.Rodas4()), ("analytic", ef.Rodas5P())])
@pytest.mark.parametrize("name", PROBLEMS)
def test_published_solutions(name, jacobian, solver):
    problem = PROBLEMS[name]
    vector_field = problem.vector_field if jacobian == "analytic" else _without_jacobian(problem.vector_field)
    for rtol in (1e-5, 1e-7):
        assert problem.error(_end(vector_field, solver, problem, jnp.asarray(rtol))) < 5 * rtol


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_written_jacobians_are_right(name):
    problem = PROBLEMS[name]
    y = jnp.array(problem.start) + 0.37 * jnp.array(problem.end)
    written = problem.vector_field.jacobian(0.0, y, None)
    assert jnp.allclose(written, jax.jacfwd(lambda y: problem.vector_field(0.0, y, None))(y), rtol=1e-13, atol=0)


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda s: type(s).__name__)
def test_pollution_as_a_network(solver):
    problem = PROBLEMS["pollution"]
    rhs = ef.FusedRHS(pollution_network(), state="density")
    coefficients = rhs.precompute(ef.Conditions(temperature=300.0, density=1.0))
    end = _end(rhs, solver, problem, jnp.asarray(1e-7), coefficients)
    assert problem.error(end) < 5e-7


def test_the_pollution_network_is_the_function():
    rhs = ef.FusedRHS(pollution_network(), state="density")
    coefficients = rhs.precompute(ef.Conditions(temperature=300.0, density=1.0))
    y = jnp.asarray(np.random.default_rng(1).uniform(0.01, 1.0, 20))
    assert jnp.allclose(rhs(0.0, y, coefficients), Pollution()(0.0, y, None), rtol=1e-12)
