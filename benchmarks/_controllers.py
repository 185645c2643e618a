"""The step-size controller and the first step: what they cost our methods at loose tolerances."""

import argparse
from collections.abc import Iterator
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

import eqxfuse as ef
from benchmarks._diffrax import integrate
from benchmarks._problems import Problem, errors
from benchmarks._report import seconds, table
from benchmarks._timing import CLOCKS, in_turn

CONTROLLERS = {
    "I": (0.0, 1.0, 0.0),
    "PI 0.4, 0.3": (0.4, 0.3, 0.0),
    "PI 0.3, 0.3": (0.3, 0.3, 0.0),
    "PI 0.3, 0.4": (0.3, 0.4, 0.0),
    "PI 0.2, 0.4": (0.2, 0.4, 0.0),
    "PI 0.4, 1": (0.4, 1.0, 0.0),
    "PI 0.2, 0.8": (0.2, 0.8, 0.0),
    "PID 0.1, 0.3, 0.05": (0.1, 0.3, 0.05),
}
"""Coefficients p, i, d of `diffrax.PIDController`."""

FIRST_STEPS = (None, 1e-4, 1e-2, 1.0, 1e2, 1e4, 1e6)
"""Seconds; None is diffrax's choice."""

RTOLS = (1e-2, 1e-3, 1e-4)
ATOL = 1e-20


def run(problem: Problem, options: argparse.Namespace) -> list[dict]:
    """Steps, error and time of each controller with the first step of diffrax, and of the I controller with others."""
    records, calls = [], {}
    for settings, call in _calls(problem):
        y, counts = jax.block_until_ready(call())
        found = errors(np.asarray(y)[-1], problem.reference[-1])
        steps = {name: int(counts[name]) for name in ("steps", "rejected")}
        calls[len(records)] = call
        records.append(settings | steps | {f"error > {bound:g}": error for bound, error in found.items()})
    for i, times in in_turn(calls, options.rounds, clock=CLOCKS[options.clock]).items():
        records[i]["time"] = float(np.median(times))
    print(f"\n{problem.name}: controllers and first steps, atol {ATOL:g}")
    print(table([_readable(r) for r in records]), flush=True)
    return records


def _calls(problem: Problem) -> Iterator[tuple[dict, partial]]:
    arrays = [jnp.asarray(a) for a in (problem.y0, problem.k, problem.times)]
    for solver in (ef.Rodas4(), ef.Rodas5P()):

        @jax.jit
        def solve(rtol, coefficients, dt0, y0, k, times, solver=solver):
            p, i, d = coefficients
            given = dict(dt0=dt0, pcoeff=p, icoeff=i, dcoeff=d)
            return integrate(problem.rhs, solver, y0, k, times, rtol, ATOL, **given)

        for rtol in RTOLS:
            for name, dt0 in [(name, None) for name in CONTROLLERS] + [("I", dt0) for dt0 in FIRST_STEPS[1:]]:
                settings = {"solver": type(solver).__name__, "rtol": rtol, "controller": name, "first step": dt0}
                yield settings, partial(solve, rtol, CONTROLLERS[name], dt0, *arrays)


def _readable(record: dict) -> dict:
    shown = {name: f"{value:.1e}" if name.startswith("error") else value for name, value in record.items()}
    dt0 = record["first step"]
    shown |= {"rtol": f"{record['rtol']:g}", "first step": "diffrax" if dt0 is None else f"{dt0:g} s"}
    return shown | {"time": seconds(record["time"])}
