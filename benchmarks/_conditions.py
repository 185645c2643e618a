"""What it costs that coefficients depend on abundances, or change with time: steps, a solve, and 64 in a batch."""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace

import diffrax
import jax
import jax.numpy as jnp
import numpy as np

import eqxfuse as ef
from benchmarks._batch_problem import CONDITIONS
from benchmarks._networks import CASES
from benchmarks._problems import Problem, start
from benchmarks._report import seconds, table
from benchmarks._timing import CLOCKS, TURN, in_turn

CELLS = 64
STEPS = (1, 8, 64)
"""Cells of the batches in which single steps are measured."""
END = 1e6 * ef.YEAR


def run(problem: Problem, options: argparse.Namespace) -> list[dict]:
    """Steps and seconds, alone and for one cell of a batch, of solves with the laws of the network's file."""
    network = CASES[problem.name].make()
    rhs = ef.FusedRHS(network)
    y0 = jnp.asarray(start(problem.name, network)[0])
    warmth = jnp.linspace(0.5, 2.0, CELLS)
    records, calls = [], {}
    for name, given in _cases(rhs, CONDITIONS[problem.name]):

        def solve(factor, given=given):
            result = ef.solve(rhs, given(factor), y0, END, saveat=jnp.array([END]), rtol=1e-4, throw=False)
            return result.abundances[-1], result.statistics["steps"]

        one, many = jax.jit(solve), jax.jit(jax.vmap(solve))
        records.append({"coefficients": name, "steps": int(one(1.0)[1]), "most steps": int(many(warmth)[1].max())})
        calls[name, "one"], calls[name, "batch"] = (lambda f=one: f(1.0)), (lambda f=many: f(warmth))
    for (name, size), times in in_turn(calls, options.rounds, clock=CLOCKS[options.clock]).items():
        record = next(r for r in records if r["coefficients"] == name)
        record[size] = float(np.median(times)) / (1 if size == "one" else CELLS)
    print(f"\n{problem.name}: {END / ef.YEAR:g} yr with rtol 1e-4; {CELLS} temperatures in a batch")
    print(table([_readable(r) for r in records]), flush=True)
    steps = _steps(rhs, y0, problem.name, options)
    print(f"\n{problem.name}: one step of Rodas4, time of a cell")
    print(table([{k: v if k == "coefficients" else seconds(v) for k, v in r.items()} for r in steps]), flush=True)
    return [{**record, **step} for record, step in zip(records, steps, strict=True)]


def _steps(rhs: ef.FusedRHS, y0, name: str, options: argparse.Namespace) -> list[dict]:
    """Seconds of a step, for one cell of batches of several sizes."""
    records, calls, solver = [], {}, ef.Rodas4()
    start, length = jnp.asarray(0.3 * END), 1e-3 * END
    for label, given in _cases(rhs, CONDITIONS[name]):

        def step(args, start=start):
            end, error, *_ = solver.step(diffrax.ODETerm(rhs), start, start + length, y0, args, None, False)
            return end, error

        records.append({"coefficients": label})
        for cells in STEPS:
            held = jnp.linspace(0.5, 2.0, cells)
            batch = jax.vmap(lambda factor, given=given: step(given(factor)))
            if label != "of time":
                held = jax.vmap(lambda factor, given=given: _fixed(rhs, given(factor)))(held)
                batch = jax.vmap(step)
            many = jax.jit(batch)
            calls[len(records) - 1, cells] = lambda f=many, a=held: f(a)
    for (i, cells), times in in_turn(calls, options.rounds, clock=CLOCKS[options.clock], turn=TURN).items():
        records[i][f"step, {cells} cells"] = float(np.median(times)) / cells
    return records


def _fixed(rhs: ef.FusedRHS, args) -> ef.RateCoefficients:
    """Coefficients that are evaluated before."""
    return rhs.precompute(args) if isinstance(args, ef.Conditions) else args


def _cases(rhs: ef.FusedRHS, conditions: ef.Conditions) -> Iterator[tuple[str, Callable]]:
    """Names, and `args` of a solve at a multiple of the temperature."""

    def at(factor):
        return replace(conditions, temperature=factor * conditions.temperature)

    def warming(factor):
        return lambda t: replace(at(factor), temperature=at(factor).temperature * (0.2 + 0.8 * t / END))

    yield "fixed", lambda factor: ef.RateCoefficients(rhs.precompute(at(factor)).k)
    if rhs.table.layout.modified:
        yield "of abundances", at
    yield "of time", warming


def _readable(record: dict) -> dict:
    one, batch = record["one"], record["batch"]
    return {
        **{name: record[name] for name in ("coefficients", "steps")},
        "one solve": seconds(one),
        "a step": seconds(one / record["steps"]),
        "in a batch": seconds(batch),
        "a step of the slowest": seconds(batch / record["most steps"]),
    }
