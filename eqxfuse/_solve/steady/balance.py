"""The equations of a steady state: nothing changes, and the conserved sums are those of the start."""

from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from eqxfuse._chemistry.conserved import NOISE, conserved_sums
from eqxfuse._rhs.fused import FusedRHS
from eqxfuse._solvers.linear import dense_lu

_LEAST = 1e-30
"""Part of the largest abundance that every species weighs at least."""


class Balance(eqx.Module):
    """`balance(z)` [states] vanishes where nothing changes and the sums are `totals`; z are the states of `rhs`.

    dy/dt alone has no isolated root: as many of its elements as there are conserved sums follow from the others. These
    are replaced by the sums minus their totals, each in the row of the species that holds most of it.
    """

    rhs: FusedRHS
    args: Any
    totals: Float[Array, "sums"]

    @classmethod
    def of(cls, rhs: FusedRHS, args: Any, y0: Float[Array, "species"]) -> "Balance":
        return cls(rhs, args, jnp.asarray(conserved_sums(rhs.network), y0.dtype) @ y0)

    def __call__(self, z: Float[Array, "states"]) -> Float[Array, "states"]:
        return self._residual(z, self._places(z))

    def step(self, z: Float[Array, "states"]) -> Float[Array, "states"]:
        """That of Newton's method from z."""
        places = self._places(z)
        jacobian = self.rhs.jacobian(jnp.zeros(()), z, self.args).todense().at[places].set(self._sums)
        return solve_scaled(jacobian, -self._residual(z, places), _weights(z))

    def _residual(self, z, places):
        return self.rhs(jnp.zeros(()), z, self.args).at[places].set(self._sums @ z - self.totals)

    @property
    def _sums(self):
        """[sums, states]: a temperature, behind the species, is in none of them."""
        sums = conserved_sums(self.rhs.network)
        padding = ((0, 0), (0, self.rhs.states - sums.shape[1]))
        return jnp.asarray(np.pad(sums, padding), self.totals.dtype)

    def _places(self, z):
        """For each sum a species that holds most of it and of no combination with the others, by elimination."""
        weights = lax.stop_gradient(_weights(z))

        def eliminate(rows, i):
            row = rows[i]
            place = jnp.argmax(jnp.abs(row) * weights)
            rows = rows - jnp.outer(rows[:, place] / row[place], row)
            return jnp.where(jnp.abs(rows) < NOISE, 0.0, rows), place  # or a rounding error leads, of what is abundant

        sums = self._sums
        if not len(sums):
            return jnp.zeros(0, int)
        return lax.scan(eliminate, sums, np.arange(len(sums)))[1]


def solve_scaled(matrix: Float[Array, "n n"], b: Float[Array, "n"], weights: Float[Array, "n"]) -> Float[Array, "n"]:
    """x of matrix x = b, in units of `weights`, with each row as large as 1. Rows of zeros keep x there at 0."""
    columns = matrix * weights
    largest = jnp.max(jnp.abs(columns), axis=1)
    empty = largest == 0
    rows = columns / jnp.where(empty, 1.0, largest)[:, None] + jnp.diag(empty.astype(columns.dtype))
    return weights * dense_lu(rows)(jnp.where(empty, 0.0, b / jnp.where(empty, 1.0, largest)))


def _weights(z):
    return jnp.maximum(jnp.abs(z), _LEAST * jnp.max(jnp.abs(z)))
