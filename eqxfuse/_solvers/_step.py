"""One step of a Rosenbrock method."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from eqxfuse._solvers._system import System
from eqxfuse._solvers._tableau import RosenbrockTableau

Step = tuple[Float[Array, " n"], Float[Array, " n"], Float[Array, "terms n"]]


def rosenbrock_step(tableau: RosenbrockTableau, system: System, t, dt, y: Float[Array, " n"], h) -> Step:
    """Advance `y` [n] at time `t` by `dt`.

    `h` is `dt` in the units of the vector field: it has the opposite sign when time runs backwards. Returns
    y1 [n], the error estimate [n], and the coefficients of the dense output [terms, n] (see
    `RosenbrockTableau`). One Jacobian, one factorisation, and a solve and an evaluation of f a stage.
    """
    f, drift = system.f_and_drift(t, y, dt)
    solve = system.factorise(t, y, tableau.gamma * h)
    coupling, slopes = tableau.gamma * tableau.c, tableau.gamma * tableau.slopes
    stages: list = []
    for i in range(tableau.stages):
        if stages:
            f = system.f(t + tableau.nodes[i].astype(t.dtype) * dt, y + _combine(tableau.a[i], stages))
        right = (tableau.gamma * h) * f + (float(slopes[i]) * h) * drift
        stages.append(solve(right + _combine(coupling[i], stages)))
    y1 = y + _combine(tableau.weights, stages)
    return y1, stages[-1], jnp.stack([_combine(row, stages) for row in tableau.dense])


def _combine(coefficients, stages):
    """Sum of coefficient times stage, without those that are zero; 0 when there is none."""
    return sum((float(c) * stage for c, stage in zip(coefficients, stages, strict=False) if c), 0.0)
