"""Rosenbrock methods as solvers of diffrax."""

from typing import Any, ClassVar

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, PyTree

from eqxfuse._solvers.guarded import guarded
from eqxfuse._solvers.interpolation import RosenbrockInterpolation
from eqxfuse._solvers.native_step import native_step
from eqxfuse._solvers.step import SystemStep, rosenbrock_step
from eqxfuse._solvers.system import System
from eqxfuse._solvers.tableau import RosenbrockTableau


class AbstractRosenbrock(diffrax.AbstractAdaptiveSolver):
    """A linearly implicit solver for stiff equations: linear solves with one matrix a step, no iteration.

    Takes any `diffrax.ODETerm`. The Jacobian comes from the vector field when that is an object with a method
    `jacobian(t, y, args)` (see `factorise` for what it may return), and from `jax.jacfwd` otherwise. A step in
    which anything is not finite is rejected and tried again with a smaller step.
    """

    tableau: eqx.AbstractClassVar[RosenbrockTableau]

    term_structure: ClassVar = diffrax.ODETerm
    interpolation_cls: ClassVar = RosenbrockInterpolation

    def order(self, terms) -> int:
        del terms
        return self.tableau.order

    def init(self, terms, t0, t1, y0, args) -> None:
        """Nothing is kept between steps: no stage of these methods is f at the end of the step."""
        del terms, t0, t1, y0, args

    def step(self, terms, t0, t1, y0: PyTree[Array], args: Any, solver_state: None, made_jump):
        """One step; see `diffrax.AbstractSolver.step`."""
        del solver_state, made_jump
        system = System(terms, y0, args)
        y = system.start
        h = jnp.asarray(terms.contr(t0, t1)).astype(y.dtype)
        t, dt = jnp.asarray(t0), jnp.asarray(t1 - t0)

        def attempt(t, dt, y, h):
            fused = native_step(self.tableau, terms, t, dt, y, args, h) if system.is_vector else None
            return fused or rosenbrock_step(self.tableau, SystemStep(system, self.tableau, t, dt), y, h)

        y1, error, k = guarded(attempt, t, dt, y, h)
        finite = jnp.all(jnp.isfinite(y1) & jnp.isfinite(error))
        y1 = system.unflatten(jnp.where(finite, y1, y))
        error = system.unflatten(jnp.where(finite, error, jnp.inf))
        dense_info = dict(y0=y0, y1=y1, k=jax.vmap(system.unflatten)(k))
        return y1, error, dense_info, None, diffrax.RESULTS.successful

    def func(self, terms, t0, y0: PyTree[Array], args: Any) -> PyTree[Array]:
        """The vector field; see `diffrax.AbstractSolver.func`."""
        return terms.vf(t0, y0, args)
