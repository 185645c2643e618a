"""The linear algebra of a stiff step: factorise once, solve for every stage."""

from collections.abc import Callable
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from eqxfuse._rhs.sparse_matrix import SparseMatrix

Solve: TypeAlias = Callable[[Float[Array, " n"]], Float[Array, " n"]]


def factorise(jacobian: Any, scale: Float[Array, ""]) -> Solve:
    """Factorise I - scale J and return the solver of (I - scale J) x = b.

    A `SparseMatrix` on native kernels gets a sparse LU factorisation. Others get a dense one with row pivoting: an
    array [n, n], or an object with `todense()`.
    """
    if isinstance(jacobian, SparseMatrix) and jacobian.native:
        from eqxfuse._kernels.cpu.sparse_solve import sparse_solver

        return sparse_solver(jacobian.pattern, jacobian.values, scale)
    dense = jacobian.todense() if hasattr(jacobian, "todense") else jnp.asarray(jacobian)
    return dense_lu(jnp.eye(len(dense), dtype=dense.dtype) - scale * dense)


def dense_lu(matrix: Float[Array, "n n"]) -> Solve:
    """Solve with a dense LU factorisation.

    Derivatives are those of the solution, x' = matrix^-1 (b' - matrix' x): they use the same factors, and the
    factorisation itself is never differentiated.
    """
    factors = jax.scipy.linalg.lu_factor(lax.stop_gradient(matrix))

    def solve(b):
        return lax.custom_linear_solve(
            lambda x: matrix @ x,
            b,
            solve=lambda _, rhs: jax.scipy.linalg.lu_solve(factors, rhs),
            transpose_solve=lambda _, rhs: jax.scipy.linalg.lu_solve(factors, rhs, trans=1),
        )

    return solve
