"""`ensemble`: one cloud in, as many solves as there are members out."""

import dataclasses
import operator
import warnings
from collections.abc import Sequence
from typing import Any

import jax
import jax.core
import numpy as np
from jaxtyping import Array, Float
from tqdm import tqdm

from eqxfuse._analysis.ensemble.draws import factors_at, members_of
from eqxfuse._analysis.ensemble.ensemble import Ensemble
from eqxfuse._chemistry.checks import require_conditions, require_start, warn_of_start
from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.lists import listed
from eqxfuse._rhs.fused import FusedRHS, require_rhs
from eqxfuse._rhs.state import as_state
from eqxfuse._solve.grid import block_size, gather, solve_blocks
from eqxfuse._solve.integration import Integration
from eqxfuse._solve.outcome import Outcome
from eqxfuse._solve.trajectory.origin import Origin
from eqxfuse._solve.trajectory.trajectory import Trajectory


def ensemble(
    rhs: FusedRHS,
    conditions: Conditions,
    y0: Float[Array, "species"],
    t1: float,
    *,
    members: int = 1000,
    seed: int = 0,
    default: float | None = None,
    species: str | Sequence[str] | None = None,
    progress: bool = False,
    **options: Any,
) -> Ensemble:
    """Solve many times with all coefficients drawn at random, independently: ln k is normal around its value with the
    standard deviation ln F, F being the factor by which the coefficient is uncertain (see `Uncertainty`).

    Files of UMIST and KIDA state factors; `Network.with_uncertainties` and `Reaction.with_uncertainty` change them.
    Members take their steps in the lanes of the native kernels, on every core. The numbers of a member follow from the
    seed and its position: the first 100 of 1000 are those of an ensemble of 100.

    **Arguments**:

    - `conditions`: of one cell, without axes. Laws that depend on abundances are modified as ever, on top of the draw.
    - `y0` [species], `t1` [s]: those of `solve`.
    - `members`: how many.
    - `seed`: a whole number, zero or more.
    - `default`: the factor of coefficients for which none is stated; 2 if left out, with a warning.
    - `species`: names to keep, by default all: 1000 members of a large network take much memory.
    - `progress`: show a bar on stderr.
    - `options`: `t0`, `rtol`, `atol`, `saveat`, `solver`, `stepsize_controller` and `max_steps` of `solve_grid`.

    Warns of members that failed. Raises `ValueError` for arguments that make no sense and for a gas that heats and
    cools, `TypeError` for conditions that are no `Conditions` and for traced arguments, and `UnknownSpecies`.
    """
    network = require_rhs(rhs).network
    names = None if species is None else listed(species)
    for name in names or ():
        network.index(name)
    y0 = as_state(network, y0, "y0")
    _check(rhs, conditions, y0, members, seed)
    warn_of_start(network, conditions, y0)
    factors = factors_at(network, float(conditions.temperature), default)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what `precompute` says of the conditions has been said
        cells = members_of(rhs, conditions, np.asarray(y0), members, seed, factors)
    integration = Integration.make(rhs, t1, cells.dtype, **options)
    parts = solve_blocks(integration, cells, [np.arange(members)], block_size(rhs, members))
    kept = parts if names is None else ((indices, part.select(names)) for indices, part in parts)
    with tqdm(total=members, unit="solve", disable=not progress) as bar:
        trajectory = gather(kept, np.arange(members), bar.update)
    origin = Origin.of(network, conditions, integration.span[0], integration.tolerances, ("member",))
    origin = jax.tree.map(lambda shared: np.broadcast_to(shared, (members,)), origin)
    trajectory = jax.device_put(dataclasses.replace(trajectory, origin=origin))
    found = Ensemble(trajectory, network, factors, seed)
    _tell_of_failures(found.trajectory)
    return found


def _check(rhs: FusedRHS, conditions: Any, y0: Any, members: int, seed: int) -> None:
    """Raise `ValueError` and `TypeError` for what makes no ensemble."""
    if rhs.thermal is not None:
        raise ValueError("the members of an ensemble have the temperature of the conditions: pass rhs.isothermal")
    if not isinstance(conditions, Conditions):
        raise TypeError(f"an ensemble needs Conditions that do not change, got {type(conditions).__name__}")
    if any(np.ndim(value) for value in conditions.named().values()):
        raise ValueError("an ensemble is that of one cell: give conditions without axes, and call once for each cell")
    for name, value, least in (("members", members, 1), ("seed", seed, 0)):
        if isinstance(value, bool) or operator.index(value) < least:
            raise ValueError(f"{name} must be a whole number, {least} or more, got {value!r}")
    if isinstance(y0, jax.core.Tracer):
        raise TypeError("ensemble runs its own loop and cannot be traced")
    if y0.shape != (len(rhs.network.species),):
        raise ValueError(f"y0 must be [species] with {len(rhs.network.species)} species, got shape {y0.shape}")
    require_start(rhs.network, np.asarray(y0))
    require_conditions(rhs.network, conditions)


def _tell_of_failures(trajectory: Trajectory) -> None:
    failed = np.flatnonzero(~np.asarray(trajectory.succeeded))
    if len(failed):
        first = jax.tree.map(lambda array: array[failed[0]], trajectory.result)
        warnings.warn(
            f"{len(failed)} of {trajectory.succeeded.size} members failed and are left out, the first of them "
            f"{failed[0]}, because {Outcome[first]}",
            stacklevel=3,
        )
