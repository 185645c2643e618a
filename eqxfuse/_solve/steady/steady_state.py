"""`steady_state`: conditions and a start in, the state where nothing changes any more out."""

import warnings
from collections.abc import Sequence
from typing import Any, Literal

import equinox as eqx
import jax
import jax.core
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Bool, Float, Int

from eqxfuse._chemistry.checks import require_conditions, require_start, warn_of_start
from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.conserved import conserved_sums
from eqxfuse._chemistry.constants import YEAR
from eqxfuse._chemistry.lists import counted
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.species import Species
from eqxfuse._program.one_line import OneLine
from eqxfuse._rhs.coefficients import RateCoefficients
from eqxfuse._rhs.fused import FusedRHS, require_rhs
from eqxfuse._rhs.state import as_state
from eqxfuse._solve.integration import Integration, is_known
from eqxfuse._solve.solve import as_arrays
from eqxfuse._solve.steady.balance import Balance
from eqxfuse._solve.steady.root import GROWTH, ROUNDS, follow, with_derivatives

TIME = 1e6 * YEAR
"""How long the first round goes on, if nothing else is asked for."""
_TOTALS = 1e-6
"""Part of a conserved sum by which the starts may differ."""
_SHOWN = 3
"""Species that a failure names."""


class SteadyState(eqx.Module, OneLine):
    """A state in which nothing changes. A pytree; under `jax.vmap` every array has the batch axes in front."""

    abundances: Float[Array, "*batch species"]
    """Abundances x = n/n_H; densities [cm^-3] where `state` is "density"."""
    converged: Bool[Array, "*batch"]
    """Whether it is one: where it is not, `abundances` are those of the last moment that was reached."""
    rounds: Int[Array, "*batch"]
    """How many rounds of time it took."""
    species: tuple[Species, ...] = eqx.field(static=True)
    state: Literal["abundance", "density"] = eqx.field(static=True, default="abundance")
    temperature: Float[Array, "*batch"] | None = None
    """That of the gas [K]. None where it was not solved for."""
    others: Float[Array, "*batch starts species"] | None = None
    """Where the further `starts` ended, in the same units; nan of those that found no steady state."""

    @property
    def species_names(self) -> tuple[str, ...]:
        return self._matter.species_names

    def abundance(self, name: str) -> Float[Array, "*batch"]:
        """Abundance of one species. Raises `UnknownSpecies`."""
        return self.abundances[..., self._matter.index(name)]

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.abundances.shape[:-1]))
        batch = f"batch of {shape}, " if shape else ""
        return f"SteadyState({batch}{len(self.species)} species)"

    @property
    def _matter(self) -> Network:
        return Network(self.species, ())


def steady_state(
    rhs: FusedRHS,
    conditions: Conditions | RateCoefficients | None,
    y0: Float[Array, "species"],
    *,
    starts: Sequence[Any] = (),
    rtol: float = 1e-8,
    atol: float = 1e-20,
    time: float | Float[Array, ""] = TIME,
    throw: bool = True,
) -> SteadyState:
    """The state in which nothing changes any more, with the elements and the charge of `y0`.

    The gas is followed in time, as `solve` does, until Newton's method takes over: on dy/dt = 0 with one equation for
    each conserved sum in place of one that follows from the others. What is conserved is found in the stoichiometry
    (its left null space): elements and charge, as far as the reactions keep them, and whatever else they keep. Where
    there are several steady states the start decides, as it does in time.

    Works under `jax.jit` and `jax.vmap`. Derivatives of any order and mode, with respect to conditions, coefficients,
    parameters of rate laws and the sums in `y0`, are those of the implicit function theorem: they cost a linear solve.
    A gas that heats and cools ends in thermal equilibrium, too; `models.equilibrium` finds that over density.

    **Arguments**:

    - `conditions`: `Conditions` or `RateCoefficients` that do not change, or None for a right-hand side bound with
      `at`. Where `rhs` has `thermal` processes, their temperature [K] is that of the start.
    - `y0` [species]: see `Network.abundances`.
    - `starts`: further starts, as `y0`, with the same conserved sums. Where they lead to another steady state a warning
      says so (where the values are known); `SteadyState.others` has them all.
    - `rtol`, `atol`: the last step of Newton's method is less than `atol + rtol * |y|` in every species.
    - `time`: how long the first round follows the gas [s]. Newton's method has to change every abundant species by
      less than itself; where it does not, or does not converge, time goes on for 100 times more, up to three times.
    - `throw`: raise `RuntimeError` where no steady state is found, saying what still changes; else see
      `SteadyState.converged`.

    Raises `ValueError` for arguments that make no sense, `TypeError` for conditions that depend on time, and
    `UnknownSpecies` for a name in `y0` that the network does not have.
    """
    network = require_rhs(rhs).network
    if not isinstance(conditions, Conditions | RateCoefficients | None):
        raise TypeError(f"a steady state needs conditions that do not change, got {type(conditions).__name__}")
    if rhs.thermal is not None and not isinstance(conditions or rhs.bound, Conditions):
        raise TypeError("a gas that heats and cools needs Conditions: coefficients change with its temperature")
    states = [as_state(network, given, name) for given, name in [(y0, "y0"), *((start, "starts") for start in starts)]]
    _check(network, states)
    require_conditions(network, conditions)
    warn_of_start(network, conditions, states[0])
    integration = Integration.make(rhs, time, states[0].dtype, saveat=1)
    found, pace = _found(integration, as_arrays(conditions), jnp.stack(states), as_arrays((rtol, atol)))
    if isinstance(found.converged, jax.core.Tracer):
        message = (
            "steady_state (in one of its batch) found no steady state; with throw=False the last state comes back, and "
            "`SteadyState.converged` says where"
        )
        return eqx.error_if(found, ~found.converged, message) if throw else found
    if throw and not found.converged:
        raise RuntimeError(_what_moves(found, np.asarray(pace), float(integration.span[1])))
    _tell_of_others(found)
    return found


@eqx.filter_jit
def _found(integration: Integration, conditions, starts, tolerances):
    """The steady state, and d ln y/dt [1/s] of each species in it."""
    rhs = integration.rhs
    given = rhs.bound if conditions is None else conditions
    args = rhs.precompute(given) if rhs.thermal is None and isinstance(given, Conditions) else given
    fixed, args_fixed, starts_fixed = jax.tree.map(
        lambda leaf: lax.stop_gradient(leaf) if eqx.is_array(leaf) else leaf, (integration, args, starts)
    )

    def of(start):
        z0 = (
            start
            if rhs.thermal is None
            else jnp.append(start, jnp.asarray(rhs.conditions(0.0, given).temperature, start.dtype))
        )
        return follow(fixed, args_fixed, Balance.of(fixed.rhs, args_fixed, start), z0, tolerances)

    found = lax.map(of, starts_fixed)
    balance = Balance.of(rhs, args, starts[0])
    z = jnp.where(found.converged[0], with_derivatives(balance, found.state[0]), found.state[0])
    species = len(rhs.network.species)
    steady = SteadyState(
        abundances=z[:species],
        converged=found.converged[0],
        rounds=found.rounds[0],
        species=rhs.network.species,
        state=rhs.state,
        temperature=None if rhs.thermal is None else z[-1],
        others=jnp.where(found.converged[1:, None], found.state[1:, :species], jnp.nan) if len(starts) > 1 else None,
    )
    slope = fixed.rhs(jnp.zeros(()), lax.stop_gradient(z), args_fixed)
    return steady, jnp.abs(slope[:species]) / jnp.maximum(jnp.abs(z[:species]), 1e-10 * jnp.max(z[:species]))


def _check(network: Network, states: list) -> None:
    """Raise `ValueError` for starts that make no sense, or hold different sums."""
    for y in states:
        if y.shape != (len(network.species),):
            raise ValueError(
                f"y0 and starts must be [species] with {len(network.species)} species, got shape {y.shape}; use "
                "jax.vmap for a batch"
            )
    known = [np.asarray(y) for y in states if is_known(y)]
    for y in known:
        require_start(network, y)
    sums = conserved_sums(network)
    for y in known[1:]:
        apart = np.abs(sums @ (y - known[0])) > _TOTALS * (np.abs(sums) @ (np.abs(y) + np.abs(known[0])))
        if apart.any():
            names = [network.species_names[i] for i in np.flatnonzero(sums[np.argmax(apart)])[:_SHOWN]]
            raise ValueError(
                f"starts must hold the same elements and charge as y0: they differ in a sum that the reactions keep, "
                f"over {', '.join(names)}, ..."
            )


def _what_moves(found: SteadyState, pace: np.ndarray, time: float) -> str:
    fastest = [i for i in np.argsort(-pace, kind="stable")[:_SHOWN] if pace[i] > 0]
    moving = ", ".join(f"{found.species_names[i]} by its own amount in {1 / (pace[i] * YEAR):.3g} yr" for i in fastest)
    last = time * GROWTH ** (ROUNDS - 1) / YEAR
    return (
        f"no steady state after {counted(int(found.rounds), 'round')}, the last of {last:.3g} yr: "
        + (f"there still change {moving}. " if moving else "nothing changes, but the equations are singular. ")
        + "Look for species that are made and never destroyed, and for reactions whose coefficients are 0; give more "
        "time=, a larger rtol= where these changes do not matter, or throw=False for the last state"
    )


def _tell_of_others(found: SteadyState) -> None:
    """Warn where the starts lead to more than one steady state, or to none."""
    if found.others is None:
        return
    own, others = np.asarray(found.abundances), np.asarray(found.others)
    missed = np.asarray(np.isnan(others).any(axis=-1))
    scale = np.maximum(np.abs(own), 1e-10 * np.max(np.abs(own)))
    apart = np.where(missed[:, None], 0.0, np.abs(others - own) / scale)
    different = apart.max(axis=-1) > 1e-3
    if different.any():
        start = int(np.argmax(different))
        species = int(np.argmax(apart[start]))
        warnings.warn(
            f"more than one steady state: {different.sum()} of {counted(len(others), 'further start')} lead elsewhere, "
            f"the first (starts[{start}]) to {others[start, species]:.3g} of {found.species_names[species]} instead of "
            f"{own[species]:.3g}; see .others",
            stacklevel=3,
        )
    if missed.any():
        warnings.warn(
            f"{missed.sum()} of {counted(len(others), 'further start')} found no steady state, the first of them "
            f"starts[{int(np.argmax(missed))}]",
            stacklevel=3,
        )
