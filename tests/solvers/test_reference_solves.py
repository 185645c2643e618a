"""Whole solves of real networks against the reference trajectories, and their derivatives."""

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from tests.helpers import shared


def _problem(name):
    data = np.load(shared(f"reference/{name}.npz"))
    network = ef.Network.from_reactions(
        data["reaction"].tolist(), data["rate_coefficients"], species=[ef.Species(str(s)) for s in data["species"]]
    )
    k = data["rate_coefficients"] * float(data["density"]) ** (network.orders - 1.0)
    return network, ef.RateCoefficients(jnp.asarray(k)), data


def _solve(rhs, coefficients, data, solver, rtol):
    times = jnp.asarray(data["t"])
    return diffrax.diffeqsolve(
        diffrax.ODETerm(rhs), solver, times[0], times[-1], times[1] * 1e-2, jnp.asarray(data["y0"]), args=coefficients,
        stepsize_controller=diffrax.PIDController(rtol=rtol, atol=1e-20), saveat=diffrax.SaveAt(ts=times),
        max_steps=20_000,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "solver", "rtol", "bound"),
    [("solve_gas", ef.Rodas4(), 1e-3, 1e-3), ("solve_rate22", ef.Rodas5P(), 1e-4, 1e-4)],
)
def test_trajectory(name, solver, rtol, bound):
    network, coefficients, data = _problem(name)
    rhs = ef.FusedRHS(network, backend="llvm")
    solution = jax.jit(lambda c: _solve(rhs, c, data, solver, rtol))(coefficients)
    expected = data["y"]
    error = np.abs(np.asarray(solution.ys) - expected) / np.maximum(np.abs(expected), 1e-10)
    final = expected[-1] > 1e-10
    assert error[-1][final].max() < bound
    assert np.median(error[1:][:, final].max(axis=1)) < 10 * bound


def test_sensitivities_of_a_final_abundance():
    """Reverse mode against differences of whole solves at a tolerance where steps do not matter."""
    network, coefficients, data = _problem("solve_gas")
    rhs, co = ef.FusedRHS(network, backend="llvm"), network.index("CO")

    def final(k):
        return jnp.log(_solve(rhs, ef.RateCoefficients(k), data, ef.Rodas5P(), 1e-6).ys[-1, co])

    k = coefficients.k
    gradient = jax.jit(jax.grad(final))(k) * k
    evaluate = jax.jit(final)
    for j in np.argsort(-np.abs(np.asarray(gradient)))[:3]:
        step = 1e-3
        up, down = (evaluate(k.at[j].multiply(1 + s)) for s in (step, -step))
        np.testing.assert_allclose(gradient[j], (up - down) / (2 * step), rtol=2e-4)
