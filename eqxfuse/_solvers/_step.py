"""One step of a Rosenbrock method."""

from typing import Protocol

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from eqxfuse._solvers._linear import Solve
from eqxfuse._solvers._tableau import RosenbrockTableau


class Equation(Protocol):
    """y' = f(t, y) over vectors, as `System` has it."""

    def f(self, t, y, /) -> Float[Array, " n"]: ...

    def f_and_drift(self, t, y, dt, /) -> tuple[Float[Array, " n"], Float[Array, " n"]]: ...

    def factorise(self, t, y, h, /) -> Solve: ...


Step = tuple[Float[Array, " n"], Float[Array, " n"], Float[Array, "terms n"]]


def rosenbrock_step(tableau: RosenbrockTableau, system: Equation, t, dt, y: Float[Array, " n"], h) -> Step:
    """Advance `y` [n] at time `t` by `dt`.

    `h` is `dt` as the vector field sees it: of the opposite sign when time runs backwards. Returns y1 [n], the
    error estimate [n], and the coefficients of the dense output [terms, n] (see `RosenbrockTableau`). Takes
    one Jacobian and one factorisation, and a solve and an evaluation of f for each stage.
    """
    f, drift = system.f_and_drift(t, y, dt)
    solve = system.factorise(t, y, tableau.gamma * h)

    def stage(u, row):
        i, node, a, c, slope = row
        f = system.f(t + node.astype(t.dtype) * dt, y + _combine(a, u))
        return u.at[i].set(solve(tableau.gamma * h * f + slope * h * drift + _combine(c, u))), None

    nodes, a, c, slopes = (jnp.asarray(v, y.dtype) for v in _scaled(tableau))
    first = solve(tableau.gamma * h * f + slopes[0] * h * drift)
    u = jnp.zeros((tableau.stages, *y.shape), y.dtype).at[0].set(first)
    rows = (jnp.arange(1, tableau.stages), nodes[1:], a[1:], c[1:], slopes[1:])
    u, _ = lax.scan(stage, u, rows)
    y1 = y + _combine(jnp.asarray(tableau.weights, y.dtype), u)
    return y1, u[-1], _combine(jnp.asarray(tableau.dense, y.dtype), u)


def _scaled(tableau: RosenbrockTableau):
    """Nodes, a, and c and slopes times gamma, as the right-hand sides of the stages take them."""
    return tableau.nodes, tableau.a, tableau.gamma * tableau.c, tableau.gamma * tableau.slopes


def _combine(coefficients, stages):
    return jnp.matmul(coefficients, stages, precision=lax.Precision.HIGHEST)
