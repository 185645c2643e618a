"""What a failed solve says of itself."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from eqxfuse._chemistry.constants import YEAR
from eqxfuse._chemistry.lists import counted
from eqxfuse._rhs.fused import Args, FusedRHS
from eqxfuse._solve.outcome import Outcome
from eqxfuse._solve.trajectory.trajectory import Trajectory

_ABUNDANT = 1e-10
"""Species above this part of the largest one are looked at."""

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
    return f"the solve stands at {passed}{_heat(trajectory, rhs, conditions, time)}{motion}"


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
