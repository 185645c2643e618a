"""The rate of every reaction, and the lifetime of every species."""

from functools import lru_cache

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.network import Network
from eqxfuse._rhs.coefficients import reaction_rates
from eqxfuse._rhs.fused import Args, FusedRHS
from eqxfuse._rhs.state import as_state


def fluxes(
    rhs: FusedRHS, conditions: Args, y: Float[Array, "species"], *, t: float | Float[Array, ""] = 0.0
) -> Float[Array, "reactions"]:
    """How often each reaction happens: its coefficient times the `y` of its factors.

    Per hydrogen nucleus [s^-1], or in cm^-3 s^-1 with `state="density"`. Times the net changes of a reaction they sum
    to dy/dt. `conditions` and `y` are what `rhs` takes, `t` [s] matters for callable conditions. Works under
    `jax.jit`, `jax.vmap` (over the times of a trajectory, say) and `jax.grad`. Raises `ValueError` for arrays of a
    wrong shape, `TypeError` for a `y` that is none (a trajectory, say), and `UnknownSpecies` for one by names of which
    the network does not have one.
    """
    y = as_state(rhs.network, y)
    k = rhs.effective_coefficients(t, y, conditions)
    return reaction_rates(rhs.network, k, y)


def timescales(
    rhs: FusedRHS, conditions: Args, y: Float[Array, "species"], *, t: float | Float[Array, ""] = 0.0
) -> Float[Array, "species"]:
    """Lifetime [s] of each species: `y` over the rate of its destruction, infinite where nothing destroys it.

    Arguments, transformations and errors are those of `fluxes`.
    """
    species, reactions, number = _losses(rhs.network)
    y = as_state(rhs.network, y)
    flux = fluxes(rhs, conditions, y, t=t)
    loss = jnp.zeros_like(y).at[species].add(number.astype(flux.dtype) * flux[reactions])
    return jnp.where(loss > 0, y / jnp.where(loss > 0, loss, 1), jnp.inf)


@lru_cache(maxsize=64)
def _losses(network: Network) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(species, reaction, how many are lost) for every loss, as three arrays."""
    rows = [
        (network.index(name), j, -change)
        for j, reaction in enumerate(network.reactions)
        for name, change in reaction.net_change
        if change < 0
    ]
    species, reactions, number = np.array(rows, dtype=float).reshape(-1, 3).T
    return species.astype(np.int32), reactions.astype(np.int32), number
