"""The step of a fused right-hand side, where the whole of it can be one native call."""

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import diffrax
import jax
import jax.numpy as jnp
from diffrax._term import WrapTerm

from eqxfuse._fused import FusedRHS, jacobian_kernel
from eqxfuse._kernels import Kernel
from eqxfuse._lower import Pattern
from eqxfuse._solvers._step import Step, rosenbrock_step
from eqxfuse._solvers._tableau import RosenbrockTableau


def native_step(tableau: RosenbrockTableau, terms: diffrax.AbstractTerm, y: Any, args: Any, h) -> Step | None:
    """One step as in `rosenbrock_step`, or None where it takes several calls.

    One call needs an `llvm` right-hand side in float64 whose coefficients change neither with time nor with
    abundances.
    """
    term = terms.term if isinstance(terms, WrapTerm) else terms
    rhs = getattr(term, "vector_field", None)
    if not isinstance(rhs, FusedRHS) or rhs.kernel.backend != "llvm" or rhs.kernel.program.compensated:
        return None
    if rhs.table.layout.modified or y.dtype != jnp.float64 or callable(rhs.bound if args is None else args):
        return None
    jacobian, pattern = jacobian_kernel(rhs.network, "llvm")
    parts = _Parts(tableau, rhs.kernel, jacobian, pattern)
    result = _step(parts, y, rhs.coefficients(0.0, args).k.astype(y.dtype), h)
    return result[0], result[1], result[2:]


@dataclass(frozen=True)
class _Parts:
    """What a step is made of; all of it static."""

    tableau: RosenbrockTableau
    rhs: Kernel
    jacobian: Kernel
    pattern: Pattern


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _step(parts: _Parts, y, k, h):
    """[2 + dense terms, species]: the end of the step, the error, the dense output."""
    return _native(parts)(y, k, h)


@_step.defjvp
def _step_jvp(parts: _Parts, primals, tangents):
    """Derivatives go through the step's own arithmetic, with native kernels for each part of it.

    That gives the step, too, to rounding.
    """
    return jax.jvp(partial(_plain_step, parts), primals, tangents)


@lru_cache(maxsize=64)
def _native(parts: _Parts):
    from eqxfuse._emit._rosenbrock_step import Method
    from eqxfuse._kernels._rosenbrock import NativeStep

    t = parts.tableau
    method = Method(t.gamma, _lower_rows(t.a), _lower_rows(t.c), tuple(map(tuple, t.dense.tolist())))
    return NativeStep(parts.rhs.program, parts.jacobian.program, parts.pattern, method)


def _lower_rows(matrix) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row[:i]) for i, row in enumerate(matrix.tolist()))


def _plain_step(parts: _Parts, y, k, h):
    zero = jnp.zeros_like(h)
    y1, error, dense = rosenbrock_step(parts.tableau, _Autonomous(parts, k), zero, h, y, h)
    return jnp.concatenate([jnp.stack([y1, error]), dense])


class _Autonomous:
    """y' = f(y) with fixed coefficients, as `rosenbrock_step` takes it."""

    def __init__(self, parts: _Parts, k):
        self.parts, self.k = parts, k

    def f(self, t, y):
        del t
        return self.parts.rhs(y, self.k)

    def f_and_drift(self, t, y, dt):
        del dt
        return self.f(t, y), jnp.zeros_like(y)

    def factorise(self, t, y, h):
        from eqxfuse._kernels._sparse_solve import sparse_solver

        del t
        return sparse_solver(self.parts.pattern, self.parts.jacobian(y, self.k), h)
