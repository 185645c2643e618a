"""A sparse matrix of a stiff step, as lineax sees it."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import lineax as lx
from jaxtyping import Array, Float

from eqxfuse._rhs.sparse_matrix import SparseMatrix


class SparseOperator(lx.AbstractLinearOperator):
    """shift I - scale A for a `SparseMatrix` A [states, states], or its transpose.

    With shift 1 and scale gamma h this is what implicit methods solve with. Acts on vectors [states] of A's dtype.
    """

    matrix: SparseMatrix
    shift: Float[Array, ""]
    scale: Float[Array, ""]
    transposed: bool = eqx.field(static=True)

    def __init__(self, matrix: SparseMatrix, shift: Any = 1.0, scale: Any = 1.0, *, transposed: bool = False):
        self.matrix = matrix
        self.shift = jnp.asarray(shift, matrix.values.dtype)
        self.scale = jnp.asarray(scale, matrix.values.dtype)
        self.transposed = transposed

    def mv(self, vector: Float[Array, "states"]) -> Float[Array, "states"]:
        """The product with a vector."""
        return self.shift * vector - self.scale * self.matrix.product(vector, self.transposed)

    def as_matrix(self) -> Float[Array, "states states"]:
        """All elements."""
        dense = self.matrix.todense()
        identity = jnp.eye(len(dense), dtype=dense.dtype)
        return self.shift * identity - self.scale * (dense.T if self.transposed else dense)

    def transpose(self) -> "SparseOperator":
        return SparseOperator(self.matrix, self.shift, self.scale, transposed=not self.transposed)

    def in_structure(self) -> jax.ShapeDtypeStruct:
        return jax.ShapeDtypeStruct((self.matrix.pattern.states,), self.matrix.values.dtype)

    def out_structure(self) -> jax.ShapeDtypeStruct:
        return self.in_structure()


@lx.linearise.register(SparseOperator)
@lx.conj.register(SparseOperator)
def _itself(operator: SparseOperator) -> SparseOperator:
    """It is linear and real."""
    return operator


@lx.materialise.register(SparseOperator)
def _materialise(operator: SparseOperator) -> lx.MatrixLinearOperator:
    return lx.MatrixLinearOperator(operator.as_matrix())


@lx.diagonal.register(SparseOperator)
def _diagonal(operator: SparseOperator) -> Float[Array, "states"]:
    return operator.shift - operator.scale * operator.matrix.diagonal()


@lx.tridiagonal.register(SparseOperator)
def _tridiagonal(operator: SparseOperator):
    dense = operator.as_matrix()
    return jnp.diagonal(dense), jnp.diagonal(dense, -1), jnp.diagonal(dense, 1)


def _unknown(operator: SparseOperator) -> bool:
    """A pattern promises none of the structures that lineax asks for."""
    del operator
    return False


for _question in (
    lx.has_unit_diagonal,
    lx.is_diagonal,
    lx.is_lower_triangular,
    lx.is_negative_semidefinite,
    lx.is_positive_semidefinite,
    lx.is_symmetric,
    lx.is_tridiagonal,
    lx.is_upper_triangular,
):
    _question.register(SparseOperator)(_unknown)
