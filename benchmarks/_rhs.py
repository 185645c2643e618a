"""The right-hand side: network x work x backend."""

import argparse
from collections.abc import Iterable
from importlib.util import find_spec

import jax.numpy as jnp

from benchmarks._contenders import Contender, carbox, ours
from benchmarks._networks import CASES, Case
from benchmarks._report import seconds, table
from benchmarks._timing import TURN, in_turn, medians, stages
from benchmarks._works import WORKS, Work, batch

UNROLLED_LIMIT = 800
"""Species beyond which XLA would compile the unrolled code for many minutes."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--networks", nargs="+", choices=CASES, default=list(CASES), metavar="NAME")
    parser.add_argument("--backends", nargs="+", default=["vectorized", "jax", "llvm"], metavar="NAME")
    parser.add_argument("--works", nargs="+", choices=WORKS, default=list(WORKS), metavar="NAME")
    parser.add_argument("--rounds", type=int, default=9, help="calls of each, in turn; the median counts")


def run(options: argparse.Namespace) -> list[dict]:
    """One record for each network, backend and work, in seconds for one evaluation of dy/dt."""
    records = []
    for name in options.networks:
        case = CASES[name]
        if not case.available:
            print(f"{name}: {case.file} is absent, left out")
            continue
        records += _measure(case, options)
    return records


def _measure(case: Case, options: argparse.Namespace) -> list[dict]:
    contenders = list(_contenders(case, options.backends))
    records = []
    for work in (WORKS[name] for name in options.works):
        calls, spent = {}, {}
        for contender in contenders:
            calls[contender.name], spent[contender.name] = _prepare(contender, work)
        times = medians(in_turn(calls, options.rounds, turn=TURN))
        for contender in contenders:
            run = times[contender.name] / work.units
            records.append(
                {
                    "network": case.name,
                    "work": work.name,
                    "backend": contender.name,
                    **contender.preparation,
                    **spent[contender.name],
                    "run": run,
                    "carbox/this": times["carbox"] / times[contender.name] if "carbox" in times else None,
                }
            )
        print(table([_readable(r) for r in records[-len(contenders) :]]), flush=True)
    return records


def _contenders(case: Case, backends: Iterable[str]) -> Iterable[Contender]:
    network = case.make()
    for backend in backends:
        if backend == "llvm" and find_spec("llvmlite") is None:
            continue
        if backend != "jax" or len(network.species) <= UNROLLED_LIMIT:
            yield ours(network, backend)
    yield from carbox(case)


def _prepare(contender: Contender, work: Work):
    y, x = (batch(contender.y), batch(contender.x)) if work.batched else (contender.y, contender.x)
    spent, compiled = stages(work.build(contender.f), y, x)
    assert jnp.all(jnp.isfinite(compiled(y, x)))
    return lambda: compiled(y, x), spent


def _readable(record: dict) -> dict:
    return {k: seconds(v) if isinstance(v, float) and k != "carbox/this" else _ratio(v) for k, v in record.items()}


def _ratio(value) -> str:
    return f"{value:.1f}" if isinstance(value, float) else value or "-"
