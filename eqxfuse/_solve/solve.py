"""`solve`: conditions and a start in, a trajectory out."""

import dataclasses
from typing import TypeVar

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.checks import require_conditions, require_start, warn_of_start
from eqxfuse._chemistry.history.history import History
from eqxfuse._rhs.fused import Args, FusedRHS, require_rhs
from eqxfuse._rhs.state import as_state
from eqxfuse._solve.failure import explain
from eqxfuse._solve.integration import ATOL, RTOL, Integration, Time, is_known, require, run
from eqxfuse._solve.outcome import raise_when_run
from eqxfuse._solve.trajectory.origin import Origin
from eqxfuse._solve.trajectory.trajectory import Trajectory

Tree = TypeVar("Tree")


def solve(
    rhs: FusedRHS,
    conditions: Args,
    y0: Float[Array, "species"],
    t1: Time,
    *,
    t0: Time = 0.0,
    rtol: Time = RTOL,
    atol: Time = ATOL,
    temperature_atol: Time | None = None,
    saveat: int | Float[Array, "times"] = 121,
    solver: diffrax.AbstractSolver | None = None,
    stepsize_controller: diffrax.AbstractStepSizeController | None = None,
    adjoint: diffrax.AbstractAdjoint | None = None,
    max_steps: int = 10_000,
    progress: bool = False,
    throw: bool = True,
) -> Trajectory:
    """Integrate a network from `t0` to `t1` [s].

    Works under `jax.jit`, `jax.vmap` and every derivative that JAX has; compiled once for each network, solver and
    number of outputs. The first step is chosen automatically. Steps are controlled so that the error of each is below
    `atol + rtol * |y|` in the mean square over the species.

    **Arguments**:

    - `conditions`: what `rhs` takes as `args`: `Conditions`, `RateCoefficients`, a `History`, any other callable
      `t -> Conditions`, or None for a right-hand side bound with `at`. Where `rhs` has `thermal` processes, their
      temperature is that of the start. With a `History` steps end where its temperature crosses one at which
      coefficients jump, and at kinks of straight lines; nothing is compiled again for another one of about as many
      rows.
    - `y0` [species]: see `Network.abundances`. Its dtype is that of the whole solve; use float64.
    - `atol`: in units of the state. On abundances 1e-20 resolves trace species down to 1e-14 and better; far below
      it (1e-23) the steps follow the noise of empty species. Times the density for `state="density"`.
    - `temperature_atol`: that of the temperature [K] of a gas that heats and cools; 1e-3 if left out.
    - `saveat`: output times [s] in increasing order, or how many, the last at `t1` and the others spread
      logarithmically over the 6 decades before it.
    - `solver`: any Diffrax solver with an error estimate; by default `Rodas5P`.
    - `stepsize_controller`: a Diffrax controller with tolerances of its own instead of `rtol` and `atol`, such as
      `diffrax.ClipStepSizeController(diffrax.PIDController(rtol=1e-4, atol=1e-20), jump_ts=[...])` where a callable
      jumps.
    - `adjoint`: how Diffrax differentiates the solve. Left out, every derivative that JAX has works in any order of
      `jax.jit`, `jax.vmap` and the rest, each by the adjoint of Diffrax that is made for it. `diffrax.ForwardMode()`
      saves a solve without derivatives where the value and its derivative in forward mode are both wanted.
    - `max_steps`: a solve that needs more fails.
    - `progress`: show a bar on stderr.
    - `throw`: raise `RuntimeError` when the solve fails, saying where and what to try; otherwise see
      `Trajectory.result` and `Trajectory.end_time`. What a failed solve did not reach is nan, but its derivatives are 0
      and say nothing: were they nan, a loss `jnp.where(result.succeeded, jnp.log(x), 0)` over a batch, in which reverse
      mode multiplies them by 0, would be nan for all cells.

    Raises `ValueError` and `TypeError` for arguments that make no sense, `UnknownSpecies` for a name in `y0` that the
    network does not have.
    """
    y0 = as_state(require_rhs(rhs).network, y0, "y0")
    species = len(rhs.network.species)
    if y0.shape != (species,):
        raise ValueError(
            f"y0 must be [species] with {species} species, got shape {y0.shape}; use solve_grid or vmap for a batch"
        )
    if is_known(y0):
        require_start(rhs.network, np.asarray(y0))
    elif throw:
        y0 = require(y0, lambda y: jnp.isfinite(y).all(), lambda: "y0 holds values that are not finite")
    if isinstance(conditions, History):
        conditions = conditions.padded()
        t0, t1 = conditions.within(t0, "t0"), conditions.within(t1, "t1")
    require_conditions(rhs.network, conditions)
    warn_of_start(rhs.network, conditions, y0)
    integration = Integration.make(
        rhs,
        t1,
        y0.dtype,
        t0=t0,
        rtol=rtol,
        atol=atol,
        temperature_atol=temperature_atol,
        saveat=saveat,
        solver=solver,
        stepsize_controller=stepsize_controller,
        adjoint=adjoint,
        max_steps=max_steps,
        progress=progress,
    )
    given = as_arrays(conditions)
    trajectory = run(integration, given, y0)
    origin = Origin.of(rhs.network, given, integration.span[0], integration.tolerances)
    trajectory = dataclasses.replace(trajectory, origin=origin)
    return _checked(trajectory, integration, conditions) if throw else trajectory


def _checked(trajectory: Trajectory, integration: Integration, conditions: Args) -> Trajectory:
    """Raise `RuntimeError` for a failure: now where the result is known, and when it runs where it is traced."""
    if trajectory.result.is_traced():
        return raise_when_run(trajectory, trajectory.result)
    if not trajectory.succeeded:
        raise RuntimeError(explain(trajectory, integration.rhs, conditions, integration.span[1]))
    return trajectory


def as_arrays(tree: Tree) -> Tree:
    """Numbers become arrays, so that another temperature does not compile again."""
    return jax.tree.map(lambda leaf: np.asarray(leaf) if isinstance(leaf, float) else leaf, tree)
