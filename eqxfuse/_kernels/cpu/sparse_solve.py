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


def scaled(pattern: Pattern, values: Float[Array, "stored"], scale: Float[Array, ""]) -> Float[Array, "stored"]:
    """The values of scale J, where J is what `values` stand for on `pattern`: rows of borders keep theirs."""
    if not pattern.borders:
        return scale * values
    end = int(pattern.starts[pattern.states])
    return jnp.concatenate([scale * values[:end], values[end:]])


def sparse_factors(
    pattern: Pattern, values: Float[Array, "stored"], shift: Float[Array, ""], scale: Float[Array, ""] | float = 1.0
) -> Float[Array, "factors"]:
    """Factorise shift I - J, with J as `values` on `pattern`, without pivoting. `scale` is what J was multiplied by.

    Where that needs pivoting, every solution with the factors is NaN. Has no derivative.
    """
    plan = scalar_plan(pattern)
    sizes = (_size(v) for v in (shift, jnp.asarray(scale, shift.dtype)))
    shifts = jnp.stack([shift, *sizes]) if pattern.borders else shift[None]
    return _call(plan, "factorise", factors_length(plan), values, shifts)


def solve_with_factors(
    pattern: Pattern, factors: Float[Array, "factors"], b: Float[Array, "states"], transposed: bool = False
) -> Float[Array, "states"]:
    """Solve with what `sparse_factors` gave, or with the transpose. Has no derivative."""
    return _solve(pattern, factors, _padded(pattern, b), transposed)[: pattern.states]


def sparse_solver(pattern: Pattern, values: Float[Array, "stored"], scale):
    """Factorise I - scale J; returns the solver of (I - scale J) x = b, with J as `values` on `pattern`.

    Derivatives are those of the solution and use the same factors. `scale` may be 0, as it is for the cells of a batch
    that have arrived and wait for the others.
    """
    values = scaled(pattern, values, scale)
    one = jnp.ones_like(scale)
    factors = sparse_factors(pattern, lax.stop_gradient(values), one, lax.stop_gradient(scale))

    @jax.checkpoint  # keep x [size] for the derivatives, not the larger gathered x [stored]
    def product(x):
        return x - jnp.zeros(pattern.size, x.dtype).at[pattern.rows].add(
            values * x[pattern.columns], indices_are_sorted=True
        )

    # The factors are those of a matrix whose rows of borders are multiplied by this. Right-hand sides end in zeros
    # there, but what derivatives solve for does not.
    weights = jnp.ones(pattern.size, values.dtype)
    weights = weights.at[pattern.states : pattern.size - pattern.constant_rows].set(_size(lax.stop_gradient(scale)))

    def solve(b):
        solution = lax.custom_linear_solve(
            product,
            _padded(pattern, b),
            solve=lambda _, right: _solve(pattern, factors, weights * right),
            transpose_solve=lambda _, right: weights * _solve(pattern, factors, right, transposed=True),
        )
        return solution[: pattern.states]

    return solve


def _size(factor: Float[Array, ""]) -> Float[Array, ""]:
    """What rows of borders are multiplied by where others are by `factor` (see `SparseLU`)."""
    return jnp.where(factor == 0, 1.0, jnp.abs(factor))


def _padded(pattern: Pattern, b: Float[Array, "states"]) -> Float[Array, "size"]:
    return jnp.concatenate([b, jnp.zeros(pattern.borders, b.dtype)]) if pattern.borders else b


def _solve(pattern: Pattern, factors, b: Float[Array, "size"], transposed: bool = False) -> Float[Array, "size"]:
    return _call(scalar_plan(pattern), "solve_transposed" if transposed else "solve", pattern.size, factors, b)


def _call(plan: LUPlan, call: Call, length: int, *arrays):
    result = jax.ShapeDtypeStruct((length,), jnp.float64)
    return jax.ffi.ffi_call(lu_target(plan, call), result, vmap_method="expand_dims")(*arrays)


def lu_target(plan: LUPlan, call: Call) -> str:
    """The name under which XLA finds a call with the factors of a plan."""
    return target(f"lu {call} {plan.digest}", lambda name: lu_ir(plan, call, name))
