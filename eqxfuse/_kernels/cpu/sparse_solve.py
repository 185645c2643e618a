"""Native sparse LU behind JAX: factorise once, solve many times, differentiable. float64, on CPU."""

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from eqxfuse._kernels.cpu.targets import target
from eqxfuse._llvm.algebra.module import Call, factors_length, lu_ir
from eqxfuse._program.lu_plan import LUPlan, plan_lu
from eqxfuse._program.pattern import Pattern

SCALAR_RATIO = 8.0
"""Cost of a multiply-add in the sparse part over one in the dense block, measured for one cell with AVX-512."""

TILE = 8
"""The dense block's size is a multiple of this."""


def scalar_plan(pattern: Pattern) -> LUPlan:
    """The plan for one cell at a time."""
    return plan_lu(pattern, sparse_cost=SCALAR_RATIO, dense_cost=1.0, multiple=TILE)


def sparse_factors(
    pattern: Pattern, values: Float[Array, "stored"], shift: Float[Array, ""]
) -> Float[Array, "factors"]:
    """Factorise shift I - A, with A = `values` on `pattern`, without pivoting.

    Where that needs pivoting, every solution with the factors is NaN. Has no derivative.
    """
    plan = scalar_plan(pattern)
    return _call(plan, "factorise", factors_length(plan), values, shift[None])


def solve_with_factors(
    pattern: Pattern, factors: Float[Array, "factors"], b: Float[Array, "size"], transposed: bool = False
) -> Float[Array, "size"]:
    """Solve with what `sparse_factors` gave, or with the transpose. Has no derivative."""
    return _call(scalar_plan(pattern), "solve_transposed" if transposed else "solve", pattern.size, factors, b)


def sparse_solver(pattern: Pattern, values: Float[Array, "stored"], scale):
    """Factorise I - scale A; returns the solver of (I - scale A) x = b, with A = `values` on `pattern`.

    Derivatives are those of the solution and use the same factors. `scale` may be 0, as it is for the cells of a batch
    that have arrived and wait for the others.
    """
    values = scale * values
    one = jnp.ones_like(scale)
    factors = sparse_factors(pattern, lax.stop_gradient(values), one)

    @jax.checkpoint  # keep x [size] for the derivatives, not the larger gathered x [stored]
    def product(x):
        return x - jnp.zeros(pattern.size, x.dtype).at[pattern.rows].add(
            values * x[pattern.columns], indices_are_sorted=True
        )

    def solve(b):
        return lax.custom_linear_solve(
            product,
            b,
            solve=lambda _, right: solve_with_factors(pattern, factors, right),
            transpose_solve=lambda _, right: solve_with_factors(pattern, factors, right, transposed=True),
        )

    return solve


def _call(plan: LUPlan, call: Call, length: int, *arrays):
    result = jax.ShapeDtypeStruct((length,), jnp.float64)
    return jax.ffi.ffi_call(lu_target(plan, call), result, vmap_method="expand_dims")(*arrays)


def lu_target(plan: LUPlan, call: Call) -> str:
    """The name under which XLA finds a call with the factors of a plan."""
    return target(f"lu {call} {plan.digest}", lambda name: lu_ir(plan, call, name))
