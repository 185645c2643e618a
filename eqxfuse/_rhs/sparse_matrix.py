"""The Jacobian of a network: values over a fixed pattern."""

import sys

import equinox as eqx
import jax.numpy as jnp
import jax.scipy.linalg
from jaxtyping import Array, Float

from eqxfuse._program.pattern import Pattern


class SparseMatrix(eqx.Module):
    """A square matrix [states, states] that stores `values` [stored] over the static `pattern`.

    Where the pattern has borders, the matrix is that of the states alone, J = A_yy + A_ya (I - A_aa)^-1 A_ay: what
    reaches a state through a sum counts in every element, and no element of it is stored.
    """

    values: Float[Array, "stored"]
    pattern: Pattern = eqx.field(static=True)
    native: bool = eqx.field(static=True, default=False)
    """Whether native kernels may work on it: on CPU, in float64, with llvmlite."""

    @classmethod
    def of(cls, pattern: Pattern, computed: Float[Array, " computed"], native: bool = False) -> "SparseMatrix":
        """From the values in front of the constants of the pattern."""
        return cls(stored_values(pattern, computed), pattern, native)

    def __repr__(self) -> str:
        return eqx.tree_pformat(self, width=sys.maxsize)

    def todense(self) -> Float[Array, "states states"]:
        n, size = self.pattern.states, self.pattern.size
        dense = jnp.zeros((size, size), self.values.dtype)
        dense = dense.at[self.pattern.rows, self.pattern.columns].set(self.values, unique_indices=True)
        if not self.pattern.borders:
            return dense
        return dense[:n, :n] + dense[:n, n:] @ self._sums(dense[n:, :n])

    def __matmul__(self, x: Float[Array, "states"]) -> Float[Array, "states"]:
        return self.product(x)

    def product(self, x: Float[Array, "states"], transposed: bool = False) -> Float[Array, "states"]:
        """The matrix, or its transpose, times a vector."""
        n, borders = self.pattern.states, self.pattern.borders
        direct = self._product_as_stored(jnp.concatenate([x, jnp.zeros(borders, x.dtype)]), transposed)
        if not borders:
            return direct
        sums = self._sums(direct[n:], transposed)
        return (direct + self._product_as_stored(jnp.concatenate([jnp.zeros_like(x), sums]), transposed))[:n]

    def diagonal(self) -> Float[Array, "states"]:
        """Its diagonal elements."""
        if self.pattern.borders:
            return jnp.diagonal(self.todense())
        return self.values[self.pattern.rows == self.pattern.columns]

    def _product_as_stored(self, x, transposed: bool):
        pattern = self.pattern
        into, out_of = (pattern.columns, pattern.rows) if transposed else (pattern.rows, pattern.columns)
        terms = self.values * x[out_of]
        return jnp.zeros(pattern.size, terms.dtype).at[into].add(terms, indices_are_sorted=not transposed)

    def _sums(self, right, transposed: bool = False):
        """(I - A_aa)^-1 times `right`."""
        n, borders = self.pattern.states, self.pattern.borders
        own = (self.pattern.rows >= n) & (self.pattern.columns >= n)
        rows, columns = self.pattern.rows[own] - n, self.pattern.columns[own] - n
        matrix = jnp.eye(borders, dtype=right.dtype).at[rows, columns].add(-self.values[own])
        return jax.scipy.linalg.solve_triangular(matrix, right, trans=int(transposed), unit_diagonal=True)


def stored_values(pattern: Pattern, computed: Float[Array, " computed"]) -> Float[Array, "stored"]:
    """All values of a matrix, from those in front of the constants of the pattern."""
    if not len(pattern.constants):
        return computed
    return jnp.concatenate([computed, pattern.constants.astype(computed.dtype)])
