"""Sparse LU as a linear solver of lineax."""

from typing import Any, TypeAlias

import equinox as eqx
import lineax as lx
from jax import lax
from jaxtyping import Array, Float

from eqxfuse._program.pattern import Pattern
from eqxfuse._solvers.sparse_operator import SparseOperator


class Factors(eqx.Module):
    """What the native factorisation of an operator left."""

    numbers: Float[Array, "factors"]
    pattern: Pattern = eqx.field(static=True)
    transposed: bool = eqx.field(static=True)


State: TypeAlias = Factors | Any
"""`Factors`, or the state of `lineax.LU`."""


class SparseLU(lx.AbstractLinearSolver):
    """LU factorisation that knows where the zeros are.

    A `SparseOperator` on native kernels (CPU, float64, with llvmlite) is factorised in a fill-reducing order found
    once for its pattern, without pivoting; a matrix that needs pivoting gives solutions that are not finite, which
    `lineax.linear_solve` reports. Every other operator goes to `lineax.LU`: dense, with row pivoting.

    Works under `jax.vmap`, one factorisation a cell, and differentiates in both modes with the same factors.
    """

    def init(self, operator: lx.AbstractLinearOperator, options: dict[str, Any]) -> State:
        """Factorise."""
        if not (isinstance(operator, SparseOperator) and operator.matrix.native):
            return lx.LU().init(operator, options)
        from eqxfuse._kernels.cpu.sparse_solve import scaled, sparse_factors

        matrix, shift, scale = lax.stop_gradient((operator.matrix, operator.shift, operator.scale))
        numbers = sparse_factors(matrix.pattern, scaled(matrix.pattern, matrix.values, scale), shift, scale)
        return Factors(numbers, matrix.pattern, operator.transposed)

    def compute(self, state: State, vector: Any, options: dict[str, Any]) -> tuple[Any, lx.RESULTS, dict[str, Any]]:
        """Solve with the factors of `init`."""
        if not isinstance(state, Factors):
            return lx.LU().compute(state, vector, options)
        from eqxfuse._kernels.cpu.sparse_solve import solve_with_factors

        solution = solve_with_factors(state.pattern, state.numbers, vector, state.transposed)
        return solution, lx.RESULTS.successful, {}

    def transpose(self, state: State, options: dict[str, Any]) -> tuple[State, dict[str, Any]]:
        """The factors of the transpose."""
        if not isinstance(state, Factors):
            return lx.LU().transpose(state, options)
        return Factors(state.numbers, state.pattern, not state.transposed), {}

    def conj(self, state: State, options: dict[str, Any]) -> tuple[State, dict[str, Any]]:
        """The factors of the conjugate: the same for a real matrix."""
        return (state, {}) if isinstance(state, Factors) else lx.LU().conj(state, options)

    def assume_full_rank(self) -> bool:
        return True
