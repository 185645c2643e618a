"""Coefficients times a factor for each reaction."""

from typing import Any

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from eqxfuse._rhs.coefficients import RateCoefficients
from eqxfuse._rhs.fused import Args, FusedRHS


def scaled(rhs: FusedRHS, args: Args, factors: Float[Array, "reactions"]) -> Args:
    """What `rhs` takes as `args`, with its coefficients multiplied by `factors`; a callable stays one."""
    varying = _Scaled(rhs, args, factors)
    return varying if callable(args) else varying(jnp.zeros(()))


class _Scaled(eqx.Module):
    """t -> the coefficients of `args` times `factors`."""

    rhs: FusedRHS
    args: Args
    factors: Float[Array, "reactions"]

    def __call__(self, t: Any) -> RateCoefficients:
        found = self.rhs.coefficients(t, self.args)
        return eqx.tree_at(lambda c: c.k, found, found.k * self.factors.astype(found.k.dtype))
