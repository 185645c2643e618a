"""What a failed solve says of itself."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from eqxfuse._chemistry.conditions import FACTS, Conditions
from eqxfuse._chemistry.constants import YEAR
from eqxfuse._chemistry.history.history import History
from eqxfuse._chemistry.lists import counted
from eqxfuse._rhs.fused import Args, FusedRHS
from eqxfuse._solve.outcome import Outcome
from eqxfuse._solve.trajectory.trajectory import Trajectory

_ABUNDANT = 1e-10
"""Species above this part of the largest one are looked at."""

_MAIN = tuple(name for name, facts in FACTS.items() if facts.symbol)
"""The conditions that are named where a function of time does not say which change."""

_QUICK = 0.1
"""A species that moves by its own amount in less than this part of the time that has passed is on the move."""


def explain(trajectory: Trajectory, rhs: FusedRHS, conditions: Args, t1: Any) -> str:
    """Where the failed solve of one cell stands (see `standing`), why, and what to try."""
    return f"{standing(trajectory, rhs, conditions, t1)}. It failed because {Outcome[trajectory.result]}"


def standing(trajectory: Trajectory, rhs: FusedRHS, conditions: Args, t1: Any) -> str:
    """Where in time the failed solve of one cell stands, and whether the solution still moves there.

    `t1` is where it should have arrived [s]. For values that are known, whether or not they are differentiated.
    """
    time = float(_value(trajectory.end_time))
    steps = int(np.asarray(trajectory.statistics["steps"]))
    motion = _motion(trajectory, rhs, conditions, time)
    passed = f"t = {time / YEAR:.6g} yr of {float(_value(t1)) / YEAR:.6g} yr after {counted(steps, 'step')}"
    there = _heat(trajectory, rhs, conditions, time) + _weather(rhs, conditions, time)
    return f"the solve stands at {passed}{there}{motion}"


def _weather(rhs: FusedRHS, conditions: Args, time: float) -> str:
    """The conditions there, where they change with time."""
    given = rhs.bound if conditions is None else conditions
    if not callable(given):
        return ""
    with jax.ensure_compile_time_eval():
        now = rhs.at_time(time, given)
    if not isinstance(now, Conditions):
        return ""
    names = given.changing if isinstance(given, History) else _MAIN
    return f", in conditions of {', '.join(_said(name, float(_value(getattr(now, name)))) for name in names)}"


def _said(name: str, value: float) -> str:
    facts = FACTS.get(name)
    unit = "" if facts is None or facts.unit == "1" else f" {facts.unit}"
    return f"{facts.symbol if facts and facts.symbol else name} = {value:.6g}{unit}"


def _heat(trajectory: Trajectory, rhs: FusedRHS, conditions: Args, time: float) -> str:
    """The temperature, where it is solved for, and what drives it."""
    if rhs.thermal is None:
        return ""
    state = np.append(_value(trajectory.end_state), _value(trajectory.end_temperature))
    with jax.ensure_compile_time_eval():
        gas = rhs.equation.gas(rhs.table, rhs.conditions(time, conditions), jnp.asarray(state))
        terms = {name: float(_value(term)) for name, term in rhs.thermal.heating(gas).items()}
    name = max(terms, key=lambda name: abs(np.nan_to_num(terms[name], nan=np.inf)), default="")
    largest = f", where {name} gives most: {terms[name]:.3g} erg cm^-3 s^-1" if name else ""
    return f" with T = {state[-1]:.6g} K{largest}"


def _motion(trajectory: Trajectory, rhs: FusedRHS, conditions: Args, time: float) -> str:
    y = _value(trajectory.end_state)
    state = y if rhs.thermal is None else np.append(y, _value(trajectory.end_temperature))
    with jax.ensure_compile_time_eval():
        slope = _value(rhs(time, jnp.asarray(state), conditions))[: len(y)]
    looked_at = y > _ABUNDANT * y.max()
    pace = np.where(looked_at, np.abs(slope), 0.0) / np.where(looked_at, y, 1.0)
    fastest = int(np.argmax(pace))
    if not np.isfinite(pace).all() or pace[fastest] * time * _QUICK < 1:
        return ""
    return (
        f", where the solution still moves: {trajectory.species_names[fastest]} changes by its own amount in "
        f"{1 / (pace[fastest] * YEAR):.3g} yr. It may oscillate, and then each period takes as many steps"
    )


def _value(array: Any) -> np.ndarray:
    """An array without its derivatives."""
    return np.asarray(jax.lax.stop_gradient(array))
