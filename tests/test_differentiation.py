"""Every derivative of a solve, in every order of JAX's transformations, against exact values."""

import copy
import pickle

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
import optimistix
import pytest

import eqxfuse as ef

RHS = ef.FusedRHS(ef.Network.from_reactions(["A + M -> B + M"], [1.0]))
Y0 = RHS.network.abundances({"A": 1.0, "M": 1.0})
DENSITIES = jnp.array([0.5, 1.0, 2.0])


def final(density, conditions=None, solver=None, **options):
    """exp(-density), by a solve."""
    here = ef.Conditions(temperature=1.0, density=density) if conditions is None else conditions
    solver = diffrax.Tsit5() if solver is None else solver
    options = {"rtol": 1e-8, "atol": 1e-14, "max_steps": 256, **options}
    return ef.solve(RHS, here, Y0, 1.0, saveat=1, solver=solver, **options).final["A"]


def pushed(f):
    return lambda x: jax.jvp(jax.jit(f), (x,), (jnp.ones_like(x),))[1]


def linearized(f):
    return lambda x: jax.linearize(jax.jit(f), x)[1](jnp.ones_like(x))


def transposed(f):
    return lambda x: jax.linear_transpose(jax.linearize(jax.jit(f), x)[1], x)(jnp.ones_like(x))[0]


def transposed_twice(f):
    return lambda x: jax.linear_transpose(lambda c: jax.vjp(f, x)[1](c)[0], x)(jnp.ones_like(x))[0]


FIRST = {
    "grad": jax.grad,
    "jacfwd": jax.jacfwd,
    "jvp of jit": pushed,
    "transpose": transposed,
}
SECOND = {
    "hessian": jax.hessian,
    "reverse twice": lambda f: jax.grad(jax.grad(f)),
    "forward twice": lambda f: jax.jacfwd(jax.jit(jax.jacfwd(f))),
    "reverse over forward": lambda f: jax.jacrev(jax.jacfwd(jax.jit(f))),
}
OF_BATCHES = {
    "grad of jit": lambda f: jax.grad(jax.jit(f)),
    "jacrev": jax.jacrev,
    "jacfwd of jit": lambda f: jax.jacfwd(jax.jit(f)),
    "linearize of jit": linearized,
    "transpose twice": transposed_twice,
}


@pytest.mark.parametrize("name", [*FIRST, *SECOND])
def test_every_derivative_of_many_solves(name):
    derivative, sign = (FIRST[name], -1) if name in FIRST else (SECOND[name], 1)
    found = jax.jit(jax.vmap(derivative(final)))(DENSITIES)
    np.testing.assert_allclose(found, sign * np.exp(-DENSITIES), rtol=1e-6)


@pytest.mark.parametrize("name", OF_BATCHES)
def test_every_derivative_of_a_batch(name):
    """In which the times of the outputs are the same for all."""

    def total(factor):
        return jax.vmap(final)(factor * DENSITIES).sum()

    exact = -(DENSITIES * np.exp(-DENSITIES)).sum()
    np.testing.assert_allclose(jax.jit(OF_BATCHES[name](total))(1.0), exact, rtol=1e-6)


@pytest.mark.parametrize("name", ["grad", "jvp of jit"])
def test_conditions_that_close_over_what_is_differentiated(name):
    """And the solver for stiff networks."""

    def closed(density):
        here = lambda t: ef.Conditions(temperature=1.0, density=2 * t * density)  # noqa: E731
        return final(None, conditions=here, solver=ef.Rodas5P())

    assert float(FIRST[name](closed)(1.0)) == pytest.approx(-np.exp(-1.0), rel=1e-6)


def test_least_squares_recover_a_rate():
    def residual(log_rate, observed):
        return jnp.log(jax.vmap(lambda density: final(jnp.exp(log_rate) * density))(DENSITIES)) - observed

    method = optimistix.LevenbergMarquardt(rtol=1e-8, atol=1e-8)
    found = optimistix.least_squares(residual, method, jnp.array(0.0), args=-1.7 * DENSITIES)
    assert float(jnp.exp(found.value)) == pytest.approx(1.7, rel=1e-6)


def test_laws_that_close_over_what_is_differentiated_are_refused():
    def closed(coefficient):
        law = ef.rate_laws.UserRate(lambda conditions: coefficient)
        network = ef.Network.from_reactions([ef.Reaction.make(["A", "M"], ["B", "M"], law)])
        return ef.solve(ef.FusedRHS(network), ef.Conditions(temperature=1.0, density=1.0), Y0, 1.0).final["A"]

    with pytest.raises(ValueError, match="closes over a traced value"):
        jax.grad(closed)(1.0)


def test_a_failure_explains_itself_where_it_is_differentiated():
    with pytest.raises(RuntimeError, match="after 2 steps"):
        jax.grad(lambda density: final(density, max_steps=2))(1.0)


def test_backsolve_is_refused_in_our_words():
    with pytest.raises(ValueError, match="stiff chemistry grows without bound"):
        ef.solve(RHS, ef.Conditions(temperature=1.0, density=1.0), Y0, 1.0, adjoint=diffrax.BacksolveAdjoint())


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_copies_of_a_root_finder_take_the_tolerances_of_the_controller(copied):
    here = ef.Conditions(temperature=1.0, density=2.0)
    solver = copied(diffrax.Kvaerno5(root_finder=ef.SparseNewton(RHS)))
    found = ef.solve(RHS, here, Y0, 1.0, solver=solver, saveat=1)
    assert float(found.final["A"]) == pytest.approx(np.exp(-2.0), rel=1e-3)
