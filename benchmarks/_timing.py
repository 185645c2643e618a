"""Medians of calls made in turn, so that a drifting machine is the same for all."""

import statistics
import time
from collections.abc import Callable, Mapping

import jax


def stages(function: Callable, *arguments) -> tuple[dict[str, float], Callable]:
    """Seconds of tracing (with lowering to HLO) and of compiling, and the compiled function."""
    start = time.perf_counter()
    lowered = jax.jit(function).lower(*arguments)
    traced = time.perf_counter()
    compiled = lowered.compile()
    return {"trace": traced - start, "compile": time.perf_counter() - traced}, compiled


def in_turn(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each call in every round; one round of warm-up is not counted."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds + 1):
        for name, call in calls.items():
            start = time.perf_counter()
            jax.block_until_ready(call())
            if number:
                times[name].append(time.perf_counter() - start)
    return times


def medians(times: Mapping[str, list[float]]) -> dict[str, float]:
    return {name: statistics.median(own) for name, own in times.items()}
