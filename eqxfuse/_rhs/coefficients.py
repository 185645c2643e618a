"""Rate coefficients ready for the hot call."""

import sys

import equinox as eqx
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions


class RateCoefficients(eqx.Module):
    """What `FusedRHS.precompute` returns and `FusedRHS` takes as `args`.

    `k` [reactions] is in the units of the state: already times n_H^(m-1) [s^-1] for abundances, and in
    cm^3(m-1) s^-1 for densities. Change one with `equinox.tree_at(lambda c: c.k, ...)`. With `conditions`, the
    rates of abundance-dependent laws are modified in every call; without, `k` is used as it stands.
    """

    k: Float[Array, "reactions"]
    conditions: Conditions | None = None

    def __repr__(self) -> str:
        return eqx.tree_pformat(self, width=sys.maxsize)
