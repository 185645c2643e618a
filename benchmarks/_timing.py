"""Medians of calls made in turn, so that a drifting machine is the same for all."""

import math
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import jax

TURN = 0.03
"""Seconds for the turn of a call that takes less."""

CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
"""What time is: on a wall, or of the processor that this process had (where others use the machine, too)."""


def stages(function: Callable, *arguments) -> tuple[dict[str, float], Callable]:
    """Seconds of tracing (with lowering to HLO) and of compiling, and the compiled function."""
    start = time.perf_counter()
    lowered = jax.jit(function).lower(*arguments)
    traced = time.perf_counter()
    compiled = lowered.compile()
    return {"trace": traced - start, "compile": time.perf_counter() - traced}, compiled


def in_turn(
    calls: Mapping[Any, Callable[[], object]],
    rounds: int,
    budget: float = math.inf,
    clock: Callable[[], float] = time.perf_counter,
    turn: float = 0.0,
) -> dict[Any, list[float]]:
    """Seconds of each call in every round; one round of warm-up is not counted.

    A turn repeats its call until `turn` seconds have passed, and counts as the median: short calls are then measured
    with their own data in the caches, and not with those of the call before. A call that took `budget` seconds in all
    is left out of the rounds that follow.
    """
    times: dict[Any, list[float]] = {name: [] for name in calls}
    spent = dict.fromkeys(calls, 0.0)
    for number in range(rounds + 1):
        for name, call in calls.items():
            if number > 1 and spent[name] > budget:
                continue
            own = [_timed(call, clock)]
            while sum(own) < turn:
                own.append(_timed(call, clock))
            spent[name] += sum(own)
            if number:
                times[name].append(statistics.median(own))
    return times


def _timed(call: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    jax.block_until_ready(call())
    return clock() - start


def medians(times: Mapping[Any, list[float]]) -> dict[Any, float]:
    return {name: statistics.median(own) for name, own in times.items()}
