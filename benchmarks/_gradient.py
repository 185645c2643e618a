"""Reverse mode: the gradient of one final abundance with respect to every coefficient, over the solve itself."""

import argparse

import jax
import jax.numpy as jnp
import numpy as np

import eqxfuse as ef
from benchmarks._problems import Problem
from benchmarks._report import seconds, table
from benchmarks._timing import CLOCKS, in_turn

SPECIES = "HCO+"
CHECKED = 3
"""Coefficients whose derivative is compared with central differences: those with the largest influence."""


def run(problem: Problem, options: argparse.Namespace) -> list[dict]:
    """Seconds of the solve and of solve and gradient for each of our methods, and the error of the gradient."""
    records = [_measure(problem, solver, options) for solver in (ef.Rodas4(), ef.Rodas5P())]
    print(f"\n{problem.name}: gradient of x({SPECIES}) at the end with respect to {len(problem.k)} coefficients")
    print(table([_readable(r) for r in records]), flush=True)
    return records


def _measure(problem: Problem, solver, options: argparse.Namespace) -> dict:
    position = problem.network.index(SPECIES)
    y0, k, times = (jnp.asarray(a) for a in (problem.y0, problem.k, problem.times))

    def final(k):
        args = ef.RateCoefficients(k)
        trajectory = ef.solve(problem.rhs, args, y0, times[-1], saveat=times[-1:], solver=solver, throw=False)
        return trajectory.abundances[-1, position]

    value, gradient = jax.jit(final), jax.jit(jax.value_and_grad(final))
    calls = {"solve": lambda: value(k), "gradient": lambda: gradient(k)}
    times_taken = in_turn(calls, options.rounds, clock=CLOCKS[options.clock])
    median = {name: float(np.median(t)) for name, t in times_taken.items()}
    ratio = median["gradient"] / median["solve"]
    return {"solver": type(solver).__name__, **median, "ratio": ratio, "error": _error(value, gradient, k)}


def _error(value, gradient, k) -> float:
    """The largest relative difference to central differences in the logarithm of a coefficient."""
    slopes = np.asarray(gradient(k)[1] * k)
    worst = 0.0
    for j in np.argsort(-np.abs(slopes))[:CHECKED]:
        step = 1e-3
        up, down = (float(value(k.at[j].multiply(1 + sign * step))) for sign in (1, -1))
        worst = max(worst, abs((up - down) / (2 * step) / float(slopes[j]) - 1))
    return worst


def _readable(record: dict) -> dict:
    shown = {"solver": record["solver"]} | {name: seconds(record[name]) for name in ("solve", "gradient")}
    return shown | {"gradient/solve": f"{record['ratio']:.2f}", "difference": f"{record['error']:.1e}"}
