"""The Jacobian of a network: values over a fixed pattern."""

import sys

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from eqxfuse._program.pattern import Pattern


class SparseMatrix(eqx.Module):
    """A square matrix [size, size] that stores `values` [stored] over the static `pattern`."""

    values: Float[Array, "stored"]
    pattern: Pattern = eqx.field(static=True)
    native: bool = eqx.field(static=True, default=False)
    """Whether native kernels may work on it: on CPU, in float64, with llvmlite."""

    def __repr__(self) -> str:
        return eqx.tree_pformat(self, width=sys.maxsize)

    def todense(self) -> Float[Array, "size size"]:
        dense = jnp.zeros((self.pattern.size,) * 2, self.values.dtype)
        return dense.at[self.pattern.rows, self.pattern.columns].set(self.values, unique_indices=True)

    def __matmul__(self, x: Float[Array, "size"]) -> Float[Array, "size"]:
        terms = self.values * x[self.pattern.columns]
        return jnp.zeros(self.pattern.size, terms.dtype).at[self.pattern.rows].add(terms, indices_are_sorted=True)
