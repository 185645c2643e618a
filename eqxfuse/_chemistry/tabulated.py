"""Tables of one to three axes: what they are, and interpolation with weights that are polynomials in each cell."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import Literal, get_args

import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from eqxfuse._chemistry.logarithms import log10, power10

Method = Literal["linear", "cubic"]
"""How a table is read between its points: along straight lines, or along cubics with continuous slopes (those of a
parabola through a point and its neighbours), for which an axis needs three points."""

Axis = tuple[float, ...]


MOST_PARAMETERS = 500
"""Values of a table that native code can take as parameters."""
_FLOOR = 1e-30
"""What is smaller has the logarithm of this."""


def table_axes(
    axes: Mapping[str, ArrayLike], values: ArrayLike, method: Method, log_axes: bool, fixed: bool
) -> tuple[Axis, ...]:
    """The points of each axis. Raises `ValueError` for what is no table."""
    if not 1 <= len(axes) <= 3:
        raise ValueError(f"a table has one to three axes, got {len(axes)}")
    points = tuple(tuple(np.asarray(own, float).tolist()) for own in axes.values())
    if log_axes and any(own and own[0] <= 0 for own in points):
        raise ValueError("the points of an axis must be positive for log_axes=True")
    for quantity, own in zip(axes, points, strict=True):
        check_axis(quantity, own, method)
    shape = tuple(map(len, points))
    if np.shape(values) != shape:
        raise ValueError(f"the axes {', '.join(axes)} have {shape} points, the values {np.shape(values)}")
    if not fixed and np.prod(shape) > MOST_PARAMETERS:
        raise ValueError(f"{np.prod(shape)} values are too many for parameters: pass fixed=True")
    return points


def sign_of(values: ArrayLike) -> float:
    """That of all values. Raises `ValueError` where they have several, or one is 0."""
    known = np.asarray(values, float)
    if not (np.all(known > 0) or np.all(known < 0)):
        raise ValueError("values must be all above or all below 0 for log_values=True")
    return float(np.sign(known.ravel()[0]))


def look_up(values, axes: Sequence[Axis], at: Sequence, method: Method, log_axes: bool, sign: float):
    """`interpolate` with logarithms of the axes, and of the values where all have a `sign`, which else is 0."""
    if log_axes:
        axes = [tuple(np.log10(points).tolist()) for points in axes]
        at = [log10(jnp.maximum(x, _FLOOR)) for x in at]
    if not sign:
        return interpolate(values, axes, at, method)
    logarithms = np.log10(sign * values) if isinstance(values, np.ndarray) else log10(sign * values)
    return sign * power10(interpolate(logarithms, axes, at, method))


def check_axis(name: str, points: Axis, method: Method) -> None:
    """Raise `ValueError` for an axis or a method that makes no sense."""
    if method not in get_args(Method):
        raise ValueError(f"method must be one of {', '.join(get_args(Method))}, got {method!r}")
    least = 2 if method == "linear" else 3
    if len(points) < least:
        raise ValueError(f"the axis {name!r} has {len(points)} points, {method} interpolation needs {least}")
    if not np.all(np.isfinite(points)) or not np.all(np.diff(points) > 0):
        raise ValueError(f"the axis {name!r} must be finite and ascend, got {points!r:.100}")


def interpolate(values, axes: Sequence[Axis], at: Sequence, method: Method):
    """`values` [points of each axis] at a place, which is held inside of the table. Linear in `values`, which may be
    numbers of any count, or a few that are traced: then all of them take part.
    """
    corners = [_corners(points, x, method) for points, x in zip(axes, at, strict=True)]
    if isinstance(values, np.ndarray):
        return _of_numbers(values, corners)
    for points, own in zip(axes, corners, strict=True):
        places = jnp.arange(len(points), dtype=jnp.int32)
        weights = sum(jnp.where(places == place, weight, 0.0) for place, weight in own)
        values = jnp.tensordot(weights, values, axes=1)
    return values


def _of_numbers(values: np.ndarray, corners):
    flat, total = jnp.asarray(values.ravel()), 0.0
    for own in product(*corners):
        place, weight = 0, 1.0
        for length, (i, w) in zip(values.shape, own, strict=True):
            place, weight = place * length + i, weight * w
        total = total + weight * jnp.take(flat, place, mode="clip")
    return total


def _corners(points: Axis, x, method: Method) -> list[tuple]:
    """The points that count at x, each with its weight."""
    x = jnp.clip(x, points[0], points[-1])
    cell = sum((jnp.asarray(x >= p, jnp.int32) for p in points[1:-1]), jnp.int32(0))
    grid = jnp.asarray(np.asarray(points), x.dtype)
    start, end = jnp.take(grid, cell, mode="clip"), jnp.take(grid, cell + 1, mode="clip")
    u = (x - start) / (end - start)
    if method == "linear":
        return [(cell, 1.0 - u), (cell + 1, u)]
    table = _cubics(points)
    first = jnp.clip(cell - 1, 0, len(points) - table.shape[1])
    corners = []
    for corner in range(table.shape[1]):
        powers = [jnp.take(jnp.asarray(table[:, corner, n], x.dtype), cell, mode="clip") for n in range(4)]
        corners.append((first + corner, powers[0] + u * (powers[1] + u * (powers[2] + u * powers[3]))))
    return corners


@lru_cache(maxsize=64)
def _cubics(points: Axis) -> np.ndarray:
    """[cells, corners, 4] coefficients of 1, u, u^2, u^3 in the weight of each of the points around a cell."""
    x, n = np.asarray(points), len(points)
    slopes = _slopes(x)
    corners = min(n, 4)
    found = np.zeros((n - 1, corners, 4))
    # Hermite's polynomials: of the values at start and end, of the slopes there
    hermite = np.array([[1, 0, -3, 2], [0, 0, 3, -2], [0, 1, -2, 1], [0, 0, -1, 1]], dtype=float)
    for cell in range(n - 1):
        first = min(max(cell - 1, 0), n - corners)
        own = slice(first, first + corners)
        ends = np.eye(n)[cell : cell + 2, own]
        width = x[cell + 1] - x[cell]
        found[cell] = np.vstack([ends, width * slopes[cell : cell + 2, own]]).T @ hermite
    return found


def _slopes(x: np.ndarray) -> np.ndarray:
    """[points, points] the slope at each point as a sum over values: that of the parabola through three of them."""
    n = len(x)
    matrix = np.zeros((n, n))
    for i in range(n):
        own = [j + min(max(i - 1, 0), n - 3) for j in range(3)]
        for j in own:
            a, b = (x[k] for k in own if k != j)
            matrix[i, j] = (2.0 * x[i] - a - b) / ((x[j] - a) * (x[j] - b))
    return matrix
