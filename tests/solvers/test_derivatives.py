"""Derivatives of whole solves."""

from functools import partial

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import Rodas4, Rodas5P
from tests.solvers.problems import integrate, logistic, logistic_solution


class Scaled(eqx.Module):
    """Robertson's problem with its three rate constants as `args`, with or without its Jacobian."""

    def __call__(self, t, y, rates):
        a, b, c = y
        slow, fast, back = rates
        return jnp.stack([back * b * c - slow * a, slow * a - back * b * c - fast * b**2, fast * b**2])


class ScaledWithJacobian(Scaled):
    def jacobian(self, t, y, rates):
        _, b, c = y
        slow, fast, back = rates
        rows = [[-slow, back * c, back * b], [slow, -back * c - 2 * fast * b, -back * b], [0 * b, 2 * fast * b, 0 * b]]
        return jnp.stack([jnp.stack(row) for row in rows])


RATES = jnp.array([0.04, 3e7, 1e4])
START = jnp.array([0.9, 2e-5, 0.1])


def _end(vector_field, solver, start, rates, adjoint):
    """[3] the state at t = 40, with steps that do not depend on the parameters."""
    steps = jnp.concatenate([jnp.zeros(1), jnp.geomspace(1e-6, 30.0, 39), jnp.full(1, 40.0)])
    return integrate(
        vector_field, solver, start, 40.0, args=rates, stepsize_controller=diffrax.StepTo(steps), adjoint=adjoint,
        max_steps=40,
    ).ys[-1]  # fmt: skip


@pytest.mark.parametrize(
    ("solver", "vector_field"), [(Rodas4(), Scaled()), (Rodas5P(), ScaledWithJacobian())], ids=["jacfwd", "analytic"]
)
def test_forward_reverse_and_finite_differences_agree(solver, vector_field):
    @partial(jax.jit, static_argnums=2)
    def relative(log_rates, log_start, adjoint):
        """In logarithms, so that all sensitivities have one scale."""
        return _end(vector_field, solver, START * jnp.exp(log_start), RATES * jnp.exp(log_rates), adjoint)

    at = (jnp.zeros(3), jnp.zeros(3))
    reverse = diffrax.RecursiveCheckpointAdjoint()
    by_rows = jax.jacrev(lambda *x: relative(*x, reverse), argnums=(0, 1))(*at)
    by_columns = jax.jacfwd(lambda *x: relative(*x, diffrax.ForwardMode()), argnums=(0, 1))(*at)
    for argument in (0, 1):
        assert jnp.allclose(by_rows[argument], by_columns[argument], rtol=1e-9, atol=1e-16)
        differences = _differences(lambda *x: relative(*x, reverse), at, argument)
        assert jnp.allclose(by_rows[argument], differences, rtol=1e-6, atol=1e-11)


def _differences(function, at, argument, size=1e-3):
    """Central differences with Richardson's extrapolation [outputs, inputs]."""

    def central(step, direction):
        ends = [function(*[x + s * direction * (i == argument) for i, x in enumerate(at)]) for s in (step, -step)]
        return (ends[0] - ends[1]) / (2 * step)

    columns = [(4 * central(size / 2, d) - central(size, d)) / 3 for d in np.eye(3)]
    return jnp.stack(columns, axis=-1)


def test_with_adaptive_steps():
    """Against the exact derivatives of the logistic equation."""

    def end(y0, rate, adjoint):
        return integrate(logistic, Rodas5P(), y0[None], 2.0, args=rate, rtol=1e-9, atol=1e-11, adjoint=adjoint).ys[
            -1, 0
        ]

    at = jnp.asarray(0.2), jnp.asarray(4.0)
    exact = jax.grad(lambda y0, rate: logistic_solution(2.0, y0, rate), argnums=(0, 1))(*at)
    reverse = jax.grad(lambda *a: end(*a, diffrax.RecursiveCheckpointAdjoint()), argnums=(0, 1))(*at)
    forward = jax.jacfwd(lambda *a: end(*a, diffrax.ForwardMode()), argnums=(0, 1))(*at)
    for r, f, e in zip(reverse, forward, exact, strict=True):
        assert float(r) == pytest.approx(float(f), rel=1e-11)
        assert float(r) == pytest.approx(float(e), rel=1e-6)


def test_of_a_mapped_solve():
    def total(rates):
        ends = jax.vmap(lambda r: integrate(logistic, Rodas4(), jnp.array([0.2]), 1.0, args=r).ys[-1, 0])(rates)
        return ends.sum()

    rates = jnp.array([0.5, 5.0])
    exact = jax.vmap(jax.grad(lambda rate: logistic_solution(1.0, 0.2, rate)))(rates)
    assert jnp.allclose(jax.grad(total)(rates), exact, rtol=1e-4)
