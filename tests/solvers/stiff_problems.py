"""Stiff problems with published solutions.

Equations and reference solutions: Mazzia & Magherini, Test Set for Initial Value Problem Solvers, release 2.4
(2008); Hairer & Wanner, Solving Ordinary Differential Equations II (1996), section IV.10. The references were computed
in quadruple precision.
"""

from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from tests.solvers.pollution import POLLUTION_END, POLLUTION_START, Pollution


@dataclass(frozen=True)
class StiffProblem:
    """y' = f(t, y) from y(0) = `start`; `end` is y(`t1`), and `scale` the size below which a component is nothing."""

    vector_field: Any
    start: tuple[float, ...]
    t1: float
    end: tuple[float, ...]
    scale: float

    def error(self, y) -> float:
        """Largest relative error of `y` [n] against the reference."""
        return float(np.max(np.abs(np.asarray(y) / np.array(self.end) - 1)))


class Robertson(eqx.Module):
    def __call__(self, t, y, args):
        a, b, c = y
        return jnp.stack([-0.04 * a + 1e4 * b * c, 0.04 * a - 1e4 * b * c - 3e7 * b**2, 3e7 * b**2])

    def jacobian(self, t, y, args):
        _, b, c = y
        rows = [[-0.04, 1e4 * c, 1e4 * b], [0.04, -1e4 * c - 6e7 * b, -1e4 * b], [0.0, 6e7 * b, 0.0]]
        return _matrix(rows, y)


class Hires(eqx.Module):
    """The high irradiance responses of photomorphogenesis."""

    def __call__(self, t, y, args):
        binding = 280 * y[5] * y[7]
        return jnp.stack(
            [
                -1.71 * y[0] + 0.43 * y[1] + 8.32 * y[2] + 0.0007,
                1.71 * y[0] - 8.75 * y[1],
                -10.03 * y[2] + 0.43 * y[3] + 0.035 * y[4],
                8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3],
                -1.745 * y[4] + 0.43 * y[5] + 0.43 * y[6],
                -binding + 0.69 * y[3] + 1.71 * y[4] - 0.43 * y[5] + 0.69 * y[6],
                binding - 1.81 * y[6],
                -binding + 1.81 * y[6],
            ]
        )

    def jacobian(self, t, y, args):
        a, b = 280 * y[7], 280 * y[5]
        rows = [
            [-1.71, 0.43, 8.32, 0.0, 0.0, 0.0, 0.0, 0.0],
            [1.71, -8.75, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, -10.03, 0.43, 0.035, 0.0, 0.0, 0.0],
            [0.0, 8.32, 1.71, -1.12, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 0.0, -1.745, 0.43, 0.43, 0.0],
            [0.0, 0.0, 0.0, 0.69, 1.71, -0.43 - a, 0.69, -b],
            [0.0, 0.0, 0.0, 0.0, 0.0, a, -1.81, b],
            [0.0, 0.0, 0.0, 0.0, 0.0, -a, 1.81, -b],
        ]
        return _matrix(rows, y)


class Oregonator(eqx.Module):
    def __call__(self, t, y, args):
        a, b, c = y
        return jnp.stack([77.27 * (b + a * (1 - 8.375e-6 * a - b)), (c - (1 + a) * b) / 77.27, 0.161 * (a - c)])

    def jacobian(self, t, y, args):
        a, b, _ = y
        rows = [
            [77.27 * (1 - 2 * 8.375e-6 * a - b), 77.27 * (1 - a), 0.0],
            [-b / 77.27, -(1 + a) / 77.27, 1 / 77.27],
            [0.161, 0.0, -0.161],
        ]
        return _matrix(rows, y)


class VanDerPol(eqx.Module):
    """Scaled so that a period takes about 1.6: y'' = mu ((1 - y^2) y' - y) with mu = 1e6."""

    def __call__(self, t, y, args):
        x, v = y
        return jnp.stack([v, 1e6 * ((1 - x**2) * v - x)])

    def jacobian(self, t, y, args):
        x, v = y
        return _matrix([[0.0, 1.0], [1e6 * (-2 * x * v - 1), 1e6 * (1 - x**2)]], y)


def _matrix(rows, y):
    return jnp.stack([jnp.stack([jnp.asarray(entry, y.dtype) for entry in row]) for row in rows])


HIRES_END = (
    *(0.7371312573325668e-3, 0.1442485726316185e-3, 0.5888729740967575e-4, 0.1175651343283149e-2),
    *(0.2386356198831331e-2, 0.6238968252742796e-2, 0.2849998395185769e-2, 0.2850001604814231e-2),
)

PROBLEMS = {
    "robertson": StiffProblem(
        Robertson(), (1.0, 0.0, 0.0), 1e11, (0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050), 1e-14
    ),
    "hires": StiffProblem(Hires(), (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0057), 321.8122, HIRES_END, 1e-4),
    "oregonator": StiffProblem(
        Oregonator(), (1.0, 2.0, 3.0), 360.0, (1.000814870318523, 1228.178521549917, 132.0554942846706), 1.0
    ),
    "van der pol": StiffProblem(VanDerPol(), (2.0, 0.0), 2.0, (1.706167732170483, -0.8928097010247975), 1e-3),
    "pollution": StiffProblem(Pollution(), POLLUTION_START, 60.0, POLLUTION_END, 1e-18),
}
