"""From nothing to a first solution: a new process that imports, reads the network's file, compiles and solves.

`python -m benchmarks._cold_start gas` is such a process; it prints the seconds at the end of each stage as JSON.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks._one_core import ENVIRONMENT
from benchmarks._report import seconds, table

STAGES = ("import", "network", "right-hand side", "first solution", "second solution")


def run(problem, options: argparse.Namespace) -> list[dict]:
    """Seconds of each stage with empty caches and with those that the first process left, on all cores."""
    del options
    records = measure(problem.name)
    print(f"\n{problem.name}: a new process, all cores")
    rows = [{"caches": r["caches"]} | {s: seconds(r[s]) for s in (*STAGES, "in all")} for r in records]
    print(table(rows), flush=True)
    return records


def measure(name: str) -> list[dict]:
    """The records of `run`."""
    with tempfile.TemporaryDirectory() as directory:
        return [{"caches": caches, **_process(name, directory)} for caches in ("empty", "warm")]


def _process(name: str, directory: str) -> dict[str, float]:
    own = {
        "EQXFUSE_CACHE_DIR": str(Path(directory) / "eqxfuse"),
        "JAX_COMPILATION_CACHE_DIR": str(Path(directory) / "jax"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "EQX_ON_ERROR": "nan",  # JAX keeps no program that may call back into Python to raise
        "JAX_ENABLE_X64": "1",
    }
    environment = {k: v for k, v in os.environ.items() if k not in ENVIRONMENT} | own
    command = [sys.executable, "-m", "benchmarks._cold_start", name]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    ends = json.loads(done.stdout)
    starts = [0.0, *ends[:-1]]
    return dict(zip(STAGES, (e - s for s, e in zip(starts, ends, strict=True)), strict=True)) | {"in all": ends[-2]}


def _first_solution(name: str) -> list[float]:
    """Seconds since the start at the end of each stage."""
    import time

    start = time.perf_counter()
    ends = []

    def done():
        ends.append(time.perf_counter() - start)

    import jax

    import eqxfuse as ef
    from benchmarks import _batch_problem, _problems
    from benchmarks._networks import CASES

    done()
    network = CASES[name].make()
    y0, t1 = _problems.start(name, network)
    done()
    rhs = ef.FusedRHS(network)
    done()
    for _ in range(2):
        jax.block_until_ready(ef.solve(rhs, _batch_problem.CONDITIONS[name], jax.numpy.asarray(y0), t1))
        done()
    return ends


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
    print(json.dumps(_first_solution(sys.argv[1])))
