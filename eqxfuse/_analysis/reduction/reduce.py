"""`reduce_network`: leave out what does not matter, and see that it does not."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._analysis.fluxes import fluxes
from eqxfuse._analysis.reduction.importance import importances, shares
from eqxfuse._analysis.reduction.reduction import Reduction
from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.lists import listed
from eqxfuse._chemistry.network import Network
from eqxfuse._rhs.coefficients import RateCoefficients
from eqxfuse._rhs.fused import FusedRHS, require_rhs
from eqxfuse._rhs.state import as_state
from eqxfuse._solve.grid import make_cells, solve_grid
from eqxfuse._solve.integration import RTOL

_OUTPUTS = 61
"""Times at which errors are looked at, over six decades."""
_TRIED = 32
"""Choices of reactions that are tried at once."""
_MORE = 0.05
"""Part by which the smaller network grows where it falls behind what was tried."""


def reduce_network(
    rhs: FusedRHS,
    conditions: Conditions,
    y0: Float[Array, "*#batch species"],
    t1: float,
    keep: str | Sequence[str],
    *,
    tolerance: float = 0.1,
    floor: float = 1e-14,
) -> Reduction:
    """A smaller network in which the species of `keep` stay within a relative `tolerance`, over all the conditions and
    the whole time.

    Reactions are ranked by how much they matter to `keep`: their shares of formation and destruction, multiplied along
    the paths to these species, over all conditions and times of the full network. The fewest of them that do, from the
    top, are found by solving; then whole species go that make the least difference, and single reactions, until nothing
    more can. Many choices are solved at once, in the lanes of the kernels, with the other coefficients at zero. The
    network that is returned has been solved, too, and its errors are those of that.

    **Arguments**:

    - `rhs`: that of the network.
    - `conditions`, `y0`: those of `solve_grid`, the cells in which the smaller network has to hold.
    - `t1`: end of the solves [s]. Errors are looked at at 61 times over the six decades before it.
    - `keep`: names of species.
    - `tolerance`: largest relative error, above zero and below 1.
    - `floor`: what counts as no abundance: errors are relative to it where there is less (in units of the state).

    Raises `ValueError` for arguments that make no sense and for a gas that heats and cools, `UnknownSpecies`, and
    `RuntimeError` where a solve of the full network fails.
    """
    network = require_rhs(rhs).network
    names = listed(keep)
    columns = [network.index(name) for name in names]
    _check(rhs, names, tolerance, floor)
    y0 = as_state(network, y0, "y0")
    trial = _Trial(rhs, conditions, y0, t1, columns, tolerance, floor)
    order = np.argsort(-importances(network, shares(network, trial.fluxes()), columns), kind="stable")
    mask = np.zeros(len(order), dtype=bool)
    mask[order[: _smallest(trial, order)]] = True
    taken = [_species(network, j) for j in range(len(order))]
    others = (i for i in range(len(network.species)) if i not in columns)
    by_species = [np.flatnonzero([i in own for own in taken]) for i in others]
    mask = _greedy(trial, _greedy(trial, mask, by_species), [np.array([j]) for j in order[::-1]])
    started = [
        network.species_names[i] for i in np.flatnonzero(np.any(np.asarray(y0) != 0, axis=tuple(range(y0.ndim - 1))))
    ]
    while True:
        kept = tuple(np.flatnonzero(mask).tolist())
        left = Reduction(network.with_reactions(kept, (*names, *started)), network, kept, {})
        errors = trial.errors_of(left, names)
        if max(errors) <= tolerance or mask.all():
            return dataclasses.replace(left, errors=dict(zip(names, errors, strict=True)))
        mask[order[~mask[order]][: 1 + int(_MORE * len(kept))]] = True  # the best of those that were left out


class _Trial:
    """Solves of the full network, and of what is left of it."""

    def __init__(self, rhs: FusedRHS, conditions: Conditions, y0: Any, t1: float, columns, tolerance, floor):
        self.rhs, self.y0, self.t1, self.columns, self.floor = rhs, y0, t1, columns, floor
        self.tolerance = tolerance
        self.options = {"saveat": _OUTPUTS, "rtol": min(RTOL, 0.01 * tolerance)}
        self.conditions = conditions
        self.cells = make_cells(rhs, conditions, y0)
        full = solve_grid(rhs, conditions, y0, t1, throw=True, **self.options)
        self.states = np.asarray(full.abundances).reshape(self.cells.count, _OUTPUTS, -1)
        self.kept = self.states[..., columns]
        self.coefficients = [rhs.precompute(self._cell(i)) for i in range(self.cells.count)]

    def fluxes(self):
        """[reactions] at every output of every cell."""
        for args, states in zip(self.coefficients, self.states, strict=True):
            yield from np.asarray(_fluxes(self.rhs, args, jnp.asarray(states)))

    def worst(self, masks: np.ndarray) -> np.ndarray:
        """[masks] the largest error with the coefficients of `masks` [masks, reactions] alone."""
        parts = [masks[i : i + _TRIED] for i in range(0, len(masks), _TRIED)]
        full = [np.pad(part, ((0, _TRIED - len(part)), (0, 0)), mode="edge") for part in parts]  # to compile once
        return np.concatenate([self._worst(own) for own in full])[: len(masks)]

    def _worst(self, masks: np.ndarray) -> np.ndarray:
        k = jnp.stack([args.k for args in self.coefficients])
        shared = [args.conditions for args in self.coefficients]
        conditions = None if shared[0] is None else jax.tree.map(lambda *own: jnp.stack(own), *shared)
        starts = np.stack([self.cells.cell(i)[1] for i in range(self.cells.count)])
        found = solve_grid(
            self.rhs,
            RateCoefficients(jnp.asarray(masks[:, None, :], k.dtype) * k, conditions),
            jnp.asarray(starts),
            self.t1,
            throw=False,
            **self.options,
        )
        return self._errors(np.asarray(found.abundances)[..., self.columns]).max(axis=(1, 2, 3))

    def errors_of(self, reduction: Reduction, names: Sequence[str]) -> list[float]:
        """The largest error of each species by the smaller network itself; infinite where a solve fails."""
        rhs = FusedRHS(reduction.network, state=self.rhs.state)
        y0 = reduction.start(self.y0)
        found = solve_grid(rhs, self.conditions, y0, self.t1, throw=False, **self.options)
        columns = [rhs.network.index(name) for name in names]
        own = np.asarray(found.abundances).reshape(self.cells.count, _OUTPUTS, -1)[..., columns]
        return self._errors(own).max(axis=(0, 1)).tolist()

    def _errors(self, found: np.ndarray) -> np.ndarray:
        """[..., cells, times, keep]"""
        errors = np.abs(found - self.kept) / np.maximum(np.abs(self.kept), self.floor)
        return np.where(np.isnan(errors), np.inf, errors)

    def _cell(self, i: int) -> Conditions:
        conditions, _ = self.cells.cell(i)
        assert isinstance(conditions, Conditions)
        return conditions


def _smallest(trial: _Trial, order: np.ndarray) -> int:
    """How many reactions, from the top, the fewest are that do: sizes over the whole range first, then between."""
    low, high = 0, len(order)
    while high - low > 1:
        sizes = np.unique(np.linspace(low, high, _TRIED + 2).astype(int))[1:-1]
        masks = np.zeros((len(sizes), len(order)), dtype=bool)
        for mask, size in zip(masks, sizes, strict=True):
            mask[order[:size]] = True
        good = trial.worst(masks) <= trial.tolerance
        first = int(np.argmax(good)) if good.any() else len(sizes)
        low, high = (low, *sizes.tolist(), high)[first : first + 2]
    return high


def _greedy(trial: _Trial, mask: np.ndarray, groups: Sequence[np.ndarray]) -> np.ndarray:
    """`mask` without those groups of reactions that are not missed: round after round, in the order of the error that
    each makes alone, as many as do together.
    """
    while groups := [group for group in groups if mask[group].any()]:
        alone = trial.worst(np.stack([_without(mask, [group]) for group in groups]))
        candidates = [groups[i] for i in np.argsort(alone, kind="stable") if alone[i] <= trial.tolerance]
        if not candidates:
            break
        counts = np.unique(np.geomspace(1, len(candidates), _TRIED).astype(int))
        fewer = np.stack([_without(mask, candidates[:count]) for count in counts])
        good = np.flatnonzero(trial.worst(fewer) <= trial.tolerance)
        if not len(good):
            break
        mask = fewer[good[-1]]
        groups = candidates
    return mask


def _without(mask: np.ndarray, groups: Sequence[np.ndarray]) -> np.ndarray:
    left = mask.copy()
    left[np.concatenate(groups)] = False
    return left


def _species(network: Network, j: int) -> set[int]:
    """Those that a reaction takes or makes."""
    reaction = network.reactions[j]
    return {network.index(name) for name, _ in (*reaction.reactants, *reaction.products)}


@eqx.filter_jit
def _fluxes(rhs: FusedRHS, args: RateCoefficients, states: Float[Array, "times species"]):
    return jax.vmap(lambda y: fluxes(rhs, args, y))(states)


def _check(rhs: FusedRHS, names: Sequence[str], tolerance: float, floor: float) -> None:
    if rhs.thermal is not None:
        raise ValueError("a network is reduced at the temperatures of the conditions: pass rhs.isothermal")
    if not names:
        raise ValueError("keep must name one species at least")
    if not 0.0 < tolerance < 1.0:
        raise ValueError(f"tolerance must be above zero and below 1, got {tolerance!r}")
    if not floor > 0.0:
        raise ValueError(f"floor must be above zero, got {floor!r}")
