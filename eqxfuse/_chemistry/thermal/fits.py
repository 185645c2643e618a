"""The forms in which rates of cooling are published: polynomials, powers of ten, tables."""

from collections.abc import Sequence
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np

from eqxfuse._chemistry.logarithms import log10 as log10
from eqxfuse._chemistry.logarithms import power10 as power10

_LN_10 = 2.302585092994046


def polynomial(coefficients: Sequence, x):
    """c0 + c1 x + c2 x^2 + ..."""
    value = coefficients[-1]
    for c in coefficients[-2::-1]:
        value = value * x + c
    return value


def window(x, low: float, high: float):
    """1 for low < x < high and smoothly to 0 within a fifth of the width outside: 10^(200 (S(u + 0.2) S(1.2 - u) - 1))
    for u = (x - low)/(high - low) and S(v) = 10/(10 + exp(-50 v)).
    """
    u = (x - low) / (high - low)
    edges = jax.nn.sigmoid(50.0 * (u + 0.2) + _LN_10) * jax.nn.sigmoid(50.0 * (1.2 - u) + _LN_10)
    value = power10(200.0 * (edges - 1.0))
    return jnp.where(value < 1e-199, 0.0, value)


def divided(a, b):
    """a/b, and 0 where the square of b is too small for a float, with a derivative in either case."""
    there = b > float(jnp.finfo(b.dtype).tiny) ** 0.5
    return jnp.where(there, a / jnp.where(there, b, 1.0), 0.0)


def piecewise_linear(points: Sequence[tuple[float, float]], x):
    """Through (x, y) `points`, constant outside."""
    value = points[0][1]
    for (start, low), (end, high) in pairwise(points):
        value = value + (high - low) / (end - start) * jnp.clip(x - start, 0.0, end - start)
    return value


def bilinear(table: np.ndarray, xs: Sequence[float], ys: Sequence[float], x, y):
    """`table` [xs, ys] between its points, and beyond them along its outermost cells; hold x and y to avoid that."""
    i, u = _cell(xs, x)
    j, v = _cell(ys, y)
    flat, row = jnp.asarray(table.ravel(), u.dtype), len(ys)
    corners = [[jnp.take(flat, (i + a) * row + (j + b), mode="clip") for b in (0, 1)] for a in (0, 1)]
    low, high = (left + v * (right - left) for left, right in corners)
    return low + u * (high - low)


def _cell(points: Sequence[float], x):
    """The cell of the grid that x lies in, and where in it, 0 to 1."""
    place = sum((jnp.asarray(x >= p, jnp.int32) for p in points[1:-1]), jnp.int32(0))
    grid = jnp.asarray(np.asarray(points), x.dtype)
    start, end = jnp.take(grid, place, mode="clip"), jnp.take(grid, place + 1, mode="clip")
    return place, (x - start) / (end - start)
