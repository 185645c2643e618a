"""Rate coefficients ready for the hot call."""

import sys
from functools import lru_cache
from typing import Literal, TypeAlias

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import RateTable

State: TypeAlias = Literal["abundance", "density"]


class RateCoefficients(eqx.Module):
    """What `FusedRHS.precompute` returns and `FusedRHS` takes as `args`.

    `k` [reactions] is in the units of the state: already times n_H^(m-1) [s^-1] for abundances, and in
    cm^3(m-1) s^-1 for densities. Change one with `equinox.tree_at(lambda c: c.k, ...)`. With `conditions`, the
    rates of abundance-dependent laws are modified in every call; without, `k` is used as it stands. Solves gather the
    `parameters` of these laws once.
    """

    k: Float[Array, "reactions"]
    conditions: Conditions | None = None
    parameters: Float[Array, "parameters"] | None = None

    def __repr__(self) -> str:
        return eqx.tree_pformat(self, width=sys.maxsize)


def coefficients(network: Network, state: State, table: RateTable, conditions: Conditions) -> Float[Array, "reactions"]:
    """`RateCoefficients.k` of a network with the parameters of `table`."""
    k = table(conditions)
    if state == "abundance":
        k = k * density_factors(network.orders, conditions.density).astype(k.dtype)
    return k


def reaction_rates(
    network: Network, k: Float[Array, " reactions"], y: Float[Array, " species"]
) -> Float[Array, " reactions"]:
    """How often each reaction happens: its coefficient times the `y` of its factors, in the units of the state."""
    padded = jnp.append(y, jnp.ones(1, k.dtype))
    for positions in _factors(network):
        k = k * padded[positions]
    return k


@lru_cache(maxsize=64)
def _factors(network: Network) -> tuple[np.ndarray, ...]:
    """Positions [reactions] of first factors, of second ones, ...; one past the end stands for 1."""
    end = len(network.species)
    own = [[network.index(name) for name in reaction.factors] for reaction in network.reactions]
    most = max(map(len, own), default=0)
    return tuple(np.array([o[i] if i < len(o) else end for o in own], dtype=np.int32) for i in range(most))


def density_factors(orders: np.ndarray, density):
    """n_H^(m-1) [reactions] for reactions with m = `orders` rate factors."""
    density = jnp.asarray(density)
    factors = jnp.ones(len(orders), density.dtype)
    for m in sorted(set(orders.tolist()) - {1}):
        factors = jnp.where(orders == m, density ** (m - 1), factors)
    return factors
