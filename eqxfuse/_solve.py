"""`solve`: conditions and a start in, a trajectory out."""

import dataclasses
from typing import Any, TypeVar

import diffrax
import equinox as eqx
import jax
import jax.core
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._conditions import Conditions
from eqxfuse._fused import Args, FusedRHS
from eqxfuse._origin import Origin
from eqxfuse._outcome import Outcome, from_diffrax
from eqxfuse._progress import DECADES, LogProgressMeter
from eqxfuse._solvers import Rodas5P
from eqxfuse._trajectory import Trajectory

Time = float | Float[Array, ""]
Tree = TypeVar("Tree")


def default_solver() -> diffrax.AbstractSolver:
    """One factorisation a step and no iterations."""
    return Rodas5P()


def solve(
    rhs: FusedRHS,
    conditions: Args,
    y0: Float[Array, "species"],
    t1: Time,
    *,
    t0: Time = 0.0,
    rtol: float = 1e-4,
    atol: float = 1e-20,
    saveat: int | Float[Array, "times"] = 121,
    solver: diffrax.AbstractSolver | None = None,
    adjoint: diffrax.AbstractAdjoint | None = None,
    max_steps: int = 10_000,
    progress: bool = False,
    throw: bool = True,
) -> Trajectory:
    """Integrate a network from `t0` to `t1` [s].

    Works under `jax.jit`, `jax.vmap` and `jax.grad`; compiled once for each network, solver and number of outputs.
    The first step is chosen automatically. Steps are controlled so that the error of each is below
    `atol + rtol * |y|` in the mean square over the species.

    **Arguments**:

    - `conditions`: what `rhs` takes as `args`: `Conditions`, `RateCoefficients`, a callable `t -> Conditions`, or
      None for a right-hand side bound with `at`.
    - `y0` [species]: see `Network.abundances`. Its dtype is that of the whole solve; use float64.
    - `atol`: in units of the state. On abundances 1e-20 resolves trace species down to 1e-14 and better; far below
      it (1e-23) the steps follow the noise of empty species. Times the density for `state="density"`.
    - `saveat`: output times [s] in increasing order, or how many, the last at `t1` and the others spread
      logarithmically over the 6 decades before it.
    - `solver`: any Diffrax solver with an error estimate; by default `Rodas5P`.
    - `adjoint`: how Diffrax differentiates the solve: by default in reverse mode; `diffrax.ForwardMode()` for
      `jax.jvp` and `jax.jacfwd`.
    - `progress`: show a bar on stderr.
    - `throw`: raise `RuntimeError` when the solve fails, saying what to try; otherwise see `Trajectory.result`.

    Raises `ValueError` for arguments that make no sense.
    """
    y0 = jnp.asarray(y0)
    t0, t1 = jnp.asarray(t0, y0.dtype), jnp.asarray(t1, y0.dtype)
    y0 = _require(y0, ~jnp.all(jnp.isfinite(y0)), "y0 holds values that are not finite")
    t1 = _require(t1, ~(t1 > t0), "t1 must be larger than t0")
    conditions = as_arrays(conditions)
    tolerances = (jnp.asarray(rtol, y0.dtype), jnp.asarray(atol, y0.dtype))
    trajectory = integrate(
        rhs,
        conditions,
        y0,
        (t0, t1),
        output_times(saveat, t0, t1),
        tolerances,
        default_solver() if solver is None else solver,
        diffrax.RecursiveCheckpointAdjoint() if adjoint is None else adjoint,
        max_steps,
        LogProgressMeter() if progress else diffrax.NoProgressMeter(),
    )
    trajectory = _checked(trajectory) if throw else trajectory
    return dataclasses.replace(trajectory, origin=Origin.of(rhs.network, conditions, t0, tolerances))


@eqx.filter_jit
def integrate(
    rhs: FusedRHS, conditions: Args, y0, span, times, tolerances, solver, adjoint, max_steps, meter
) -> Trajectory:
    args = rhs.precompute(conditions) if isinstance(conditions, Conditions) else conditions
    t0, t1 = span
    rtol, atol = tolerances
    solution = diffrax.diffeqsolve(
        diffrax.ODETerm(rhs),
        solver,
        t0,
        t1,
        None,
        y0,
        args,
        saveat=diffrax.SaveAt(ts=times),
        stepsize_controller=_controller(rtol, atol),
        adjoint=adjoint,
        max_steps=max_steps,
        throw=False,
        progress_meter=meter,
    )
    reached: Any = solution.ys
    counts = {"steps": "num_steps", "accepted": "num_accepted_steps", "rejected": "num_rejected_steps"}
    return Trajectory(
        times=times,
        abundances=jnp.where(jnp.isfinite(reached), reached, jnp.nan),
        initial=y0,
        statistics={name: solution.stats[key] for name, key in counts.items()},
        result=from_diffrax(solution.result),
        species=rhs.network.species,
        state=rhs.state,
    )


def _checked(trajectory: Trajectory) -> Trajectory:
    """Raise `RuntimeError` for a failure: now where the result is known, and when it runs where it is traced."""
    result = trajectory.result
    if result.is_traced():
        return result.error_if(trajectory, ~trajectory.succeeded)
    if not trajectory.succeeded:
        raise RuntimeError(Outcome[result])
    return trajectory


def _controller(rtol, atol) -> diffrax.AbstractStepSizeController:
    """A PI controller (Hairer & Wanner II, section IV.8): ten times less error than an I controller at the price of
    a third more steps, as measured on dark-cloud and gas-phase networks at rtol 1e-4.
    """
    return diffrax.PIDController(rtol=rtol, atol=atol, pcoeff=0.3, icoeff=0.4)


def output_times(saveat: int | Any, t0, t1) -> Float[Array, "times"]:
    if isinstance(saveat, int):
        if saveat < 1:
            raise ValueError(f"saveat must be 1 or more output times, got {saveat}")
        parts = 10.0 ** np.linspace(0, -DECADES, saveat)[::-1].astype(t1.dtype)
        return (t0 + (t1 - t0) * parts).at[-1].set(t1)
    times = jnp.asarray(saveat, t1.dtype)
    if times.ndim != 1 or not len(times):
        raise ValueError(f"saveat must be a number of outputs or a list of times, got shape {times.shape}")
    wrong = jnp.any(times[1:] < times[:-1]) | ~(times[0] >= t0) | ~(times[-1] <= t1)
    return _require(times, wrong, "saveat must hold increasing times between t0 and t1")


def as_arrays(tree: Tree) -> Tree:
    """Numbers become arrays, so that another temperature does not compile again."""
    return jax.tree.map(lambda leaf: jnp.asarray(leaf) if isinstance(leaf, float) else leaf, tree)


def _require(value: Array, wrong: Array, message: str) -> Array:
    """`value`, checked now where it is known, and when it runs where it is traced."""
    if isinstance(wrong, jax.core.Tracer):
        return eqx.error_if(value, wrong, message)
    if wrong:
        raise ValueError(message)
    return value
