"""Newton iteration for the stages of diffrax's implicit Runge-Kutta methods, with the analytic Jacobian."""

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import lineax as lx
import optimistix as optx
from jax import lax
from jaxtyping import Array, Bool, Float, Int, PyTree

from eqxfuse._rhs.sparse_matrix import SparseMatrix
from eqxfuse._solvers.sparse_lu import SparseLU
from eqxfuse._solvers.sparse_operator import SparseOperator
from eqxfuse._solvers.stage import Stage, check_relation

FROM_CONTROLLER: Any = diffrax.with_stepsize_controller_tols(diffrax.VeryChord)().rtol
"""What diffrax replaces by the tolerance, or the norm, of the step size controller."""


class NewtonState(eqx.Module):
    """The factors of a step's matrix, and how the iteration of a stage goes."""

    factors: PyTree
    size: Float[Array, ""]
    """Norm of the last correction, in units of the tolerance."""
    size_before: Float[Array, ""]
    iterations: Int[Array, ""]


class SparseNewton(optx.AbstractRootFinder):
    """Simplified Newton iteration with the vector field's own Jacobian, for `diffrax.Kvaerno5` and its like.

    ```python
    solver = diffrax.Kvaerno5(root_finder=eqxfuse.SparseNewton(rhs))
    diffrax.diffeqsolve(diffrax.ODETerm(rhs), solver, ...)
    ```

    For Kvaerno3, 4, 5 and the implicit term of KenCarp3, 4, 5 and Sil3. The state must be one vector [n].
    `vector_field` is that of the (implicit) `diffrax.ODETerm`: a `FusedRHS`, or any object whose method
    `jacobian(t, y, args)` returns a `SparseMatrix`, an array [n, n] or an object with `todense()`. A Jacobian that
    is not exact costs iterations, not accuracy.

    There is one Jacobian and one factorisation (`SparseLU`) a step. An iteration ends when the next correction of the
    stage's y is expected below `kappa` times the tolerance; it fails, and diffrax takes a smaller step, when it
    diverges (Hairer & Wanner, Solving ODEs II, section IV.8). Tolerances and norm default to those of the step size
    controller.

    Derivatives of a solve do not pass through the iteration: diffrax differentiates the stage's equation, with a dense
    Jacobian by `jax.jacfwd`.
    """

    vector_field: Any
    rtol: Any = FROM_CONTROLLER
    atol: Any = FROM_CONTROLLER
    norm: Any = FROM_CONTROLLER
    kappa: float = 1e-2

    def __reduce__(self):
        """Without what the controller is to give: diffrax knows that by identity, which a copy does not have."""
        own = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return partial(SparseNewton, **{name: own[name] for name in own if own[name] is not FROM_CONTROLLER}), ()

    def init(self, fn: Callable, y: Array, args: Any, options: dict, f_struct, aux_struct, tags) -> NewtonState:
        """Factorise for the stage that `args` poses; or what `options["init_state"]` holds, as diffrax asks."""
        del f_struct, aux_struct, tags
        if "init_state" in options:
            return options["init_state"]
        stage = Stage.of(y, args)
        check_relation(fn, args)
        one = jnp.ones((), y.dtype)
        return NewtonState(_factors(self.vector_field, stage, y), jnp.inf * one, one, jnp.array(0))

    def step(self, fn: Callable, y: Array, args: Any, options: dict, state: NewtonState, tags):
        """One iteration."""
        del options, tags
        stage = Stage.of(y, args)
        residual, aux = fn(y, args)
        solved, _, _ = SparseLU().compute(state.factors, residual, {})
        correction = jnp.where(stage.is_explicit, residual, solved)
        new = y - correction
        with jax.numpy_dtype_promotion("standard"):
            tolerance = self.atol + self.rtol * jnp.abs(stage.state(new))
            size = self.norm(stage.lever * correction / tolerance).astype(y.dtype)
        return new, NewtonState(state.factors, size, state.size, state.iterations + 1), aux

    def terminate(self, fn, y, args, options, state: NewtonState, tags) -> tuple[Bool[Array, ""], optx.RESULTS]:
        """Whether to stop, and whether that is a success."""
        del fn, y, args, options, tags
        rate = state.size / state.size_before
        left = state.size * rate / (1 - rate)
        exact = state.size < 100 * jnp.finfo(state.size.dtype).eps
        converged = exact | ((left > 0) & (left < self.kappa))
        diverged = ~converged & (~jnp.isfinite(rate) | (rate > 2))
        judged = state.iterations >= 2
        failed = optx.RESULTS.where(judged & diverged, optx.RESULTS.nonlinear_divergence, optx.RESULTS.successful)
        return judged & (converged | diverged), failed

    def postprocess(self, fn, y, aux, args, options, state, tags, result):
        """Nothing is left to do."""
        del fn, args, options, state, tags, result
        return y, aux, {}


def _factors(vector_field: Any, stage: Stage, y: Array) -> PyTree:
    """Those of the stage's matrix; zeros for an explicit stage, which has no use for them."""
    dynamic, static = eqx.partition((vector_field, stage, y), eqx.is_array)
    vector_field, stage, y = eqx.combine(lax.stop_gradient(dynamic), static)

    def factorise():
        jacobian = vector_field.jacobian(stage.t, stage.state(y), stage.args)
        return SparseLU().init(_matrix(jacobian, stage.weight), {})

    def unused():
        return jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), jax.eval_shape(factorise))

    return lax.cond(stage.is_explicit, unused, factorise)


def _matrix(jacobian: Any, weight: Float[Array, ""]) -> lx.AbstractLinearOperator:
    """I - weight J."""
    if isinstance(jacobian, SparseMatrix):
        return SparseOperator(jacobian, 1.0, weight)
    dense = jacobian.todense() if hasattr(jacobian, "todense") else jnp.asarray(jacobian)
    return lx.MatrixLinearOperator(jnp.eye(len(dense), dtype=dense.dtype) - weight * dense)
