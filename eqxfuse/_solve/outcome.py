"""How a solve ended, and what to try when it failed."""

from typing import TypeVar

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np


class Outcome(eqx.Enumeration):
    """The ways in which a solve ends. `Outcome[item]` is the message, empty for success."""

    successful = ""
    max_steps_reached = (
        "it used up `max_steps` steps before it reached t1 (`Trajectory.end_time` says where). Raise max_steps or "
        "loosen rtol. If the steps shrink to nothing, look at y0 and the rate coefficients (finite? at a temperature "
        'where the fits hold?) and compute in double precision: jax.config.update("jax_enable_x64", True)'
    )
    step_too_small = (
        "its step size fell below the smallest that the step size controller allows. Loosen rtol or atol, and compute "
        'in double precision: jax.config.update("jax_enable_x64", True)'
    )
    failed = (
        "its solver failed at a step and could not recover. Look at y0 and the rate coefficients (finite? at a "
        "temperature where the fits hold?), loosen rtol, or try another solver"
    )


NAMES = ("successful", "max_steps_reached", "step_too_small", "failed")
"""Their names; the position of each is its code in Zarr stores."""
Tree = TypeVar("Tree")


def raise_when_run(tree: Tree, outcome: Outcome) -> Tree:
    """`tree`, which raises `RuntimeError` when it is computed and the outcome, which is being traced, is no success."""
    messages = [
        f"a solve (one of its batch) failed, because {Outcome[getattr(Outcome, name)]}. With throw=False all that was "
        "reached comes back, and `Trajectory.result` says which cells failed"
        for name in NAMES
    ]
    code = jnp.argmax(jnp.stack([outcome == getattr(Outcome, name) for name in NAMES]), axis=0)
    return eqx.branched_error_if(tree, outcome != Outcome.successful, code, messages)


def from_diffrax(result: diffrax.RESULTS) -> Outcome:
    """The outcome that a Diffrax result stands for."""
    outcome = Outcome.failed
    outcome = Outcome.where(result == diffrax.RESULTS.dt_min_reached, Outcome.step_too_small, outcome)
    outcome = Outcome.where(result == diffrax.RESULTS.max_steps_reached, Outcome.max_steps_reached, outcome)
    return Outcome.where(result == diffrax.RESULTS.successful, Outcome.successful, outcome)


def names_of(outcome: Outcome) -> np.ndarray:
    """[*batch] names of outcomes, as text; not for traced ones."""
    return np.select([np.asarray(outcome == getattr(Outcome, name)) for name in NAMES], NAMES, "")


def from_names(names: np.ndarray) -> Outcome:
    """What `names_of` names. Raises `ValueError` for any other text."""
    codes = np.array([NAMES.index(str(name)) for name in names.flat], dtype=np.int32).reshape(names.shape)
    pick = _pick
    for _ in names.shape:
        pick = jax.vmap(pick)
    return pick(codes)


def _pick(code) -> Outcome:
    outcome = Outcome.successful
    for other, name in enumerate(NAMES):
        outcome = Outcome.where(code == other, getattr(Outcome, name), outcome)
    return outcome
