"""Whole solves: everything that `python -m benchmarks solves` measures."""

import argparse
from collections.abc import Callable
from importlib.util import find_spec

from benchmarks import (
    _batch,
    _cold_start,
    _conditions,
    _controllers,
    _factorisation,
    _gradient,
    _plot,
    _problems,
    _work_precision,
)
from benchmarks._timing import CLOCKS

MEASUREMENTS: dict[str, Callable[[_problems.Problem, argparse.Namespace], dict | list]] = {
    "work-precision": _work_precision.run,
    "batch": _batch.run,
    "conditions": _conditions.run,
    "controllers": _controllers.run,
    "factorisation": _factorisation.run,
    "gradient": _gradient.run,
    "cold-start": _cold_start.run,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--problems", nargs="+", choices=_problems.NAMES, default=_problems.NAMES, metavar="NAME")
    parser.add_argument("--measure", nargs="+", choices=MEASUREMENTS, default=list(MEASUREMENTS), metavar="WHAT")
    parser.add_argument("--only", nargs="+", metavar="TEXT", help="solvers whose name contains one of these")
    parser.add_argument("--rounds", type=int, default=9, help="calls of each, in turn; the median counts")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu where others use the machine, too")
    parser.add_argument("--core", type=int, help="the core to stay on; by default the last one")
    parser.add_argument("--reduced", action="store_true", help="fewer tolerances, a smaller batch, no carbox")


def run(options: argparse.Namespace) -> dict:
    """The results of each measurement, by problem."""
    results: dict[str, dict] = {what: {} for what in options.measure}
    for name in options.problems:
        if not _problems.path(name).exists():
            print(f"{name}: {_problems.path(name)} is absent, left out")
            continue
        problem = _problems.load(name)
        for what in options.measure:
            results[what][name] = MEASUREMENTS[what](problem, options)
    curves = {name: found["solves"] for name, found in results.get("work-precision", {}).items()}
    if curves and find_spec("matplotlib"):
        path = options.out.with_name("work-precision.png")
        _plot.plot(curves, _work_precision.BOUND, path)
        print(f"drawn in {path}")
    return results
