"""Solves at many temperatures: ours as one batch under `jax.vmap`, CVODE one after the other."""

import argparse
import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import eqxfuse as ef
from benchmarks import _batch_problem, _cvode
from benchmarks._batch_problem import Batch
from benchmarks._diffrax import integrate
from benchmarks._equal_error import at_equal_error, readable
from benchmarks._problems import Problem, errors
from benchmarks._report import seconds, table
from benchmarks._timing import CLOCKS, in_turn

CELLS = 256
BOUND = 1e-10
RTOLS = (1e-2, 1e-3, 1e-4)
CVODE_RTOLS = (1e-2, 1e-3, 3e-4, 1e-4, 1e-5, 1e-6)
ATOL = 1e-20
BUDGET = 30.0
"""Seconds after which a slow call is not repeated again."""


def run(problem: Problem, options: argparse.Namespace) -> dict:
    """Seconds for one cell, with the largest and the median error over the checked cells."""
    if not _cvode.available():
        print("the batch is left out: its reference needs CVODE")
        return {}
    cells = CELLS // 8 if options.reduced else CELLS
    batch = _batch_problem.load(problem, cells)
    records = _measure(batch, options)
    print(f"\n{problem.name}: {cells} temperatures from 10 to 300 K, {len(problem.times)} outputs; time of one cell")
    print(table([_readable(r) for r in records]), flush=True)
    equal = {}
    for which in ("largest error", "median error"):
        equal[which] = at_equal_error(records, lambda r, which=which: r[which])
        print(f"\n{problem.name}: time of a cell where the {which} (species above {BOUND:g}) is at most ...")
        print(table(readable(equal[which])), flush=True)
    return {"cells": cells, "solves": records, "equal error": equal}


@dataclass(frozen=True)
class Entry:
    """`call()` solves `cells` cells; `read` makes of what it gives the ends [checked, species] and further figures."""

    solver: str
    rtol: float
    cells: int
    call: Callable[[], Any]
    read: Callable[[Any], tuple[np.ndarray, dict]]


def _measure(batch: Batch, options: argparse.Namespace) -> list[dict]:
    """Each once for its errors, then all in turn for their times."""
    peer = _cvode.CVODE(batch.problem.network, "KLU", options.out.parent / "cvode")
    ends = batch.problem.times[[0, -1]]
    reference = [peer(batch.problem.y0, batch.k[i], ends, 1e-10, 1e-24)[0][-1] for i in batch.checked]
    entries = [*_ours(batch), *_grid(batch), *_theirs(batch, peer)]
    records = [_record(entry, reference) for entry in entries]
    calls = dict(enumerate(entry.call for entry in entries))
    for i, times in in_turn(calls, min(options.rounds, 5), BUDGET, CLOCKS[options.clock]).items():
        records[i] |= {"time": float(np.median(times)) / entries[i].cells, "rounds": len(times)}
    return records


def _record(entry: Entry, reference: list[np.ndarray]) -> dict:
    y, figures = entry.read(jax.block_until_ready(entry.call()))
    found = [errors(own, exact)[BOUND] for own, exact in zip(y, reference, strict=True)]
    record = {"solver": entry.solver, "rtol": entry.rtol, "atol": ATOL}
    return record | {"largest error": max(found), "median error": float(np.median(found)), **figures}


def _ours(batch: Batch) -> Iterator[Entry]:
    """The whole batch in lockstep."""
    y0, k, times = (jnp.asarray(a) for a in (batch.problem.y0, batch.k, batch.problem.times))
    for solver in (ef.Rodas4(), ef.Rodas5P()):
        one = partial(integrate, batch.problem.rhs, solver)
        lowered = jax.jit(jax.vmap(one, in_axes=(None, 0, None, None, None))).lower(
            y0, k, times, *map(jnp.asarray, (1e-4, ATOL))
        )
        compiled = lowered.compile()
        for rtol in RTOLS:
            call = partial(compiled, y0, k, times, jnp.asarray(rtol), jnp.asarray(ATOL))
            yield Entry(f"eqxfuse {type(solver).__name__}", rtol, len(k), call, partial(_lockstep, batch, compiled))


def _grid(batch: Batch) -> Iterator[Entry]:
    """The same cells in blocks that do not wait for each other."""
    y0, times = jnp.asarray(batch.problem.y0), jnp.asarray(batch.problem.times)
    coefficients = ef.RateCoefficients(jnp.asarray(batch.k))
    for rtol in RTOLS:
        call = partial(
            ef.solve_grid, batch.problem.rhs, coefficients, y0, float(times[-1]), saveat=times, rtol=rtol, atol=ATOL
        )
        yield Entry("eqxfuse grid", rtol, len(batch.k), call, partial(_of_grid, batch))


def _of_grid(batch: Batch, trajectory: ef.Trajectory) -> tuple[np.ndarray, dict]:
    steps = np.asarray(trajectory.statistics["steps"])
    figures = {"steps": float(steps.mean()), "most steps": int(steps.max())}
    return np.asarray(trajectory.abundances)[batch.checked, -1], figures


def _lockstep(batch: Batch, compiled, raw) -> tuple[np.ndarray, dict]:
    """`busy` is the part of all lanes' steps that were taken before the lane was done."""
    y, counts = raw
    steps, memory = np.asarray(counts["steps"]), compiled.memory_analysis()
    figures = {
        "steps": float(steps.mean()),
        "most steps": int(steps.max()),
        "busy": float(steps.mean() / steps.max()),
        "arrays": memory.temp_size_in_bytes + memory.output_size_in_bytes,
        "peak memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    return np.asarray(y)[batch.checked, -1], figures


def _theirs(batch: Batch, peer: _cvode.CVODE) -> Iterator[Entry]:
    """The checked cells, one after the other."""

    def call(rtol):
        solve = partial(peer, batch.problem.y0, times=batch.problem.times, rtol=rtol, atol=ATOL)
        return [solve(k=batch.k[i]) for i in batch.checked]

    def read(raw):
        steps = [counts["steps"] for _, counts in raw]
        return np.stack([y[-1] for y, _ in raw]), {"steps": float(np.mean(steps)), "most steps": max(steps)}

    for rtol in CVODE_RTOLS:
        yield Entry("CVODE KLU", rtol, len(batch.checked), partial(call, rtol), read)


def _readable(record: dict) -> dict:
    return {
        "solver": record["solver"],
        "rtol": f"{record['rtol']:g}",
        "time": seconds(record["time"]),
        "largest error": f"{record['largest error']:.1e}",
        "median error": f"{record['median error']:.1e}",
        "steps": f"{record['steps']:.0f}",
        "most steps": record["most steps"],
        "lanes busy": f"{record['busy']:.0%}" if "busy" in record else "-",
        "arrays": f"{record['arrays'] / 2**20:.0f} MiB" if "arrays" in record else "-",
    }
