"""One step of a Rosenbrock method."""

from dataclasses import dataclass
from typing import Protocol

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from eqxfuse._solvers.linear import Solve
from eqxfuse._solvers.system import System
from eqxfuse._solvers.tableau import RosenbrockTableau


class Equation(Protocol):
    """y' = f(t, y) over vectors, during one step."""

    def start(self, y, /) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
        """f at the start, and the length of the step times df/dt."""
        ...

    def stage(self, i, y, /) -> Float[Array, " n"]:
        """f at the time of stage i."""
        ...

    def factorise(self, y, h, /) -> Solve:
        """I - h df/dy at the start, factorised."""
        ...


@dataclass(frozen=True)
class SystemStep:
    """The equation of a `System` in a step from `t` over `dt`."""

    system: System
    tableau: RosenbrockTableau
    t: Float[Array, ""]
    dt: Float[Array, ""]

    def start(self, y):
        return self.system.f_and_drift(self.t, y, self.dt)

    def stage(self, i, y):
        return self.system.f(self.t + jnp.asarray(self.tableau.nodes, self.t.dtype)[i] * self.dt, y)

    def factorise(self, y, h):
        return self.system.factorise(self.t, y, h)


Step = tuple[Float[Array, " n"], Float[Array, " n"], Float[Array, "terms n"]]


def rosenbrock_step(tableau: RosenbrockTableau, equation: Equation, y: Float[Array, " n"], h) -> Step:
    """Advance `y` [n].

    `h` is the length of the step as the vector field sees it: negative when time runs backwards. Returns y1 [n], the
    error estimate [n], and the coefficients of the dense output [terms, n] (see `RosenbrockTableau`). Takes
    one Jacobian and one factorisation, and a solve and an evaluation of f for each stage.
    """
    f, drift = equation.start(y)
    solve = equation.factorise(y, tableau.gamma * h)

    def stage(u, row):
        i, a, c, slope = row
        f = equation.stage(i, y + _combine(a, u))
        return u.at[i].set(solve(tableau.gamma * h * f + slope * h * drift + _combine(c, u))), None

    a, c, slopes = (jnp.asarray(v, y.dtype) for v in _scaled(tableau))
    first = solve(tableau.gamma * h * f + slopes[0] * h * drift)
    u = jnp.zeros((tableau.stages, *y.shape), y.dtype).at[0].set(first)
    u, _ = lax.scan(stage, u, (jnp.arange(1, tableau.stages), a[1:], c[1:], slopes[1:]))
    y1 = y + _combine(jnp.asarray(tableau.weights, y.dtype), u)
    return y1, u[-1], _combine(jnp.asarray(tableau.dense, y.dtype), u)


def _scaled(tableau: RosenbrockTableau):
    """a, and c and slopes times gamma, as the right-hand sides of the stages take them."""
    return tableau.a, tableau.gamma * tableau.c, tableau.gamma * tableau.slopes


def _combine(coefficients, stages):
    return jnp.matmul(coefficients, stages, precision=lax.Precision.HIGHEST)
