"""Work and precision of whole solves: the final error against the time, over tolerances and solvers."""

import argparse
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import jax
import numpy as np

from benchmarks import _carbox, _cvode, _diffrax, _scipy
from benchmarks._contender import SolveContender, tolerances
from benchmarks._equal_error import at_equal_error, readable
from benchmarks._problems import Problem, errors
from benchmarks._report import seconds, table
from benchmarks._timing import CLOCKS, in_turn

BOUND = 1e-10
"""Species above it count in the error that solvers are compared at."""

BUDGET = 4.0
"""Seconds after which a slow call is not repeated again."""

CVODE_ATOLS = (1e-20, 1e-24)


def run(problem: Problem, options: argparse.Namespace) -> dict:
    """`solves`: one record for each solver and tolerance; `equal error`: the fastest of each for each target."""
    entered = [c for c in contenders(problem, options) if not options.only or any(o in c.name for o in options.only)]
    records = _measure(problem, entered, options)
    print(f"\n{problem.name}: whole solves, {len(problem.times)} outputs")
    print(table([_readable(r) for r in records]), flush=True)
    equal = at_equal_error(records, lambda r: r["errors"][f"{BOUND:g}"])
    print(f"\n{problem.name}: fastest solve with a final error (species above {BOUND:g}) of at most ...")
    print(table(readable(equal)), flush=True)
    return {"solves": records, "equal error": equal}


def contenders(problem: Problem, options: argparse.Namespace) -> Iterator[SolveContender]:
    """All that are installed; the slow ones with few tolerances."""
    parts = 1 if options.reduced else 2
    yield from _diffrax.contenders(problem, parts)
    if _cvode.available():
        yield from _cvode_contenders(problem, parts, options.out.parent / "cvode")
    else:
        print("CVODE is left out: it needs gcc, SUNDIALS with KLU, and LAPACK (Debian: libsundials-dev)")
    yield from chain(_scipy.contenders(problem), () if options.reduced else _carbox.contenders(problem))


def _cvode_contenders(problem: Problem, parts: int, directory: Path) -> Iterator[SolveContender]:
    large = len(problem.network.species) > 400
    for linear in _cvode.LINEAR_SOLVERS:
        solver = _cvode.CVODE(problem.network, linear, directory)
        slow = large and linear == "LAPACK"
        swept = tolerances(-4, -6, CVODE_ATOLS[:1]) if slow else tolerances(-2, -9, CVODE_ATOLS, parts)
        yield SolveContender(f"CVODE {linear}", _cvode_solve(solver, problem), swept)


def _cvode_solve(solver: _cvode.CVODE, problem: Problem):
    return lambda rtol, atol: solver(problem.y0, problem.k, problem.times, rtol, atol)


def _measure(problem: Problem, entered: list[SolveContender], options: argparse.Namespace) -> list[dict]:
    """Each solved once for its error, and then all of them in turn for their times."""
    records, calls = {}, {}
    for contender in entered:
        for rtol, atol in contender.tolerances:
            key = (contender.name, rtol, atol)
            records[key] = _record(problem, contender, rtol, atol)
            calls[key] = lambda solve=contender.solve, rtol=rtol, atol=atol: solve(rtol, atol)
    for key, times in in_turn(calls, options.rounds, BUDGET, CLOCKS[options.clock]).items():
        records[key] |= {"time": float(np.median(times)), "fastest": min(times), "rounds": len(times)}
    return list(records.values())


def _record(problem: Problem, contender: SolveContender, rtol: float, atol: float) -> dict:
    y, counts = jax.block_until_ready(contender.solve(rtol, atol))
    reference = problem.reference[-1] if contender.reference is None else contender.reference
    return {
        "problem": problem.name,
        "solver": contender.name,
        "rtol": rtol,
        "atol": atol,
        "errors": {f"{bound:g}": error for bound, error in errors(np.asarray(y)[-1], reference).items()},
        "counts": {name: int(count) for name, count in counts.items()},
    }


def _readable(record: dict) -> dict:
    counts = record["counts"]
    known = ("steps", "rejected", "f", "jacobians", "factorisations")
    return {
        "solver": record["solver"],
        "rtol": f"{record['rtol']:g}",
        "atol": f"{record['atol']:g}",
        "time": seconds(record["time"]),
        "fastest": seconds(record["fastest"]),
        **{f"error > {bound}": f"{error:.1e}" for bound, error in record["errors"].items()},
        **{name: counts.get(name, "-") for name in known},
    }
