"""Observed orders of convergence, on a problem that is nonlinear and depends on time."""

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import Rodas4, Rodas5P
from tests.solvers.problems import driven, driven_solution, integrate

SOLVERS = [Rodas4(), Rodas5P()]
STEPS = np.array([16, 32, 64])
END = 2.0
ENDS = END * np.arange(1, 17) / 16
"""Times at the end of a step, whatever the number of steps."""
INSIDE = END * (np.arange(200) + 0.37) / 200
"""Times that fall everywhere within the steps."""


def _errors(solver, steps: int) -> tuple[float, float]:
    """Largest error at the ends of `steps` steps of one size, and within them."""
    times = np.concatenate([ENDS, INSIDE])
    order = np.argsort(times)
    solution = integrate(
        driven, solver, driven_solution(0.0), END, dt0=jnp.asarray(END / steps),
        stepsize_controller=diffrax.ConstantStepSize(), saveat=diffrax.SaveAt(ts=jnp.asarray(times[order])),
    )  # fmt: skip
    errors = np.empty(len(times))
    errors[order] = jnp.abs(solution.ys - driven_solution(solution.ts)).max(axis=1)
    return errors[: len(ENDS)].max(), errors[len(ENDS) :].max()


def _slopes(errors) -> np.ndarray:
    return -np.diff(np.log(errors)) / np.diff(np.log(STEPS))


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda s: type(s).__name__)
def test_order_of_the_solution_and_of_the_dense_output(solver):
    ends, inside = zip(*(_errors(solver, n) for n in STEPS), strict=True)
    order = solver.tableau.order
    assert _slopes(ends) == pytest.approx(order, abs=0.4)
    assert _slopes(inside) == pytest.approx(order, abs=0.4)  # its local error is that of the embedded method
    assert max(inside) < 1e-3


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda s: type(s).__name__)
def test_order_of_the_error_estimate(solver):
    """The embedded method is one order lower: its local error goes with the power `order` of the step."""

    @jax.jit
    def estimate(size):
        y = driven_solution(0.5)
        _, error, *_ = solver.step(diffrax.ODETerm(driven), 0.5, 0.5 + size, y, None, None, made_jump=False)
        return jnp.abs(error).max()

    sizes = np.array([0.1, 0.05, 0.025])
    slopes = np.diff(np.log([float(estimate(s)) for s in sizes])) / np.diff(np.log(sizes))
    assert slopes[-1] == pytest.approx(solver.tableau.order, abs=0.4)


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("stiffness", [1e2, 1e5, 1e9])
def test_accuracy_does_not_depend_on_stiffness(solver, stiffness):
    """Prothero & Robinson 1974: y' = -stiffness (y - cos t) - sin t, with y = cos t."""

    def vector_field(t, y, args):
        return -args * (y - jnp.cos(t)) - jnp.sin(t)

    y0, rate = jnp.array([1.0]), jnp.asarray(stiffness)
    end = integrate(vector_field, solver, y0, 3.0, args=rate, rtol=1e-6, atol=1e-6).ys[-1, 0]
    assert float(end) == pytest.approx(np.cos(3.0), abs=1e-5)


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda s: type(s).__name__)
def test_dense_output_is_continuous_and_hits_the_steps(solver):
    solution = integrate(
        driven, solver, driven_solution(0.0), END, saveat=diffrax.SaveAt(steps=True, dense=True), max_steps=100
    )
    steps = int(solution.stats["num_accepted_steps"])
    ends = solution.ts[: steps - 1]
    at = jax.vmap(solution.evaluate)
    assert jnp.allclose(at(ends), solution.ys[: steps - 1], rtol=1e-14, atol=1e-14)
    assert jnp.allclose(at(ends * (1 + 1e-12)), solution.ys[: steps - 1], rtol=1e-10, atol=1e-10)
    increment = solution.evaluate(0.3, 1.7)
    assert jnp.allclose(increment, solution.evaluate(1.7) - solution.evaluate(0.3), rtol=0, atol=1e-14)
