"""Slopes of cubics that keep to the order of a table."""

import jax.numpy as jnp
from jaxtyping import Array, Float

Values = Float[Array, "knots fields"]


def secants(times: Float[Array, " knots"], values: Values) -> Float[Array, "intervals fields"]:
    """Slopes of straight lines from knot to knot; 0 where two knots stand at one time, as where a table is padded."""
    length = jnp.diff(times)[:, None]
    return jnp.where(length > 0, jnp.diff(values, axis=0) / jnp.where(length > 0, length, 1), 0)


def monotone_slopes(times: Float[Array, " knots"], values: Values) -> Values:
    """dv/dt at four or more knots, of which the last may repeat one another, of the cubics that rise where the table
    rises and fall where it falls (Fritsch & Carlson 1980, SIAM J. Numer. Anal. 17, 238).

    Inside it is the weighted harmonic mean of the secants beside a knot, and 0 at an extremum (Fritsch & Butland 1984,
    SIAM J. Sci. Stat. Comput. 5, 300); at the ends that of the parabola through three knots, limited: both as in PCHIP.
    """
    h, d = jnp.diff(times)[:, None], secants(times, values)
    last = jnp.sum(h > 0)
    inside = _harmonic(h[:-1], h[1:], d[:-1], d[1:])
    start = _outermost(h[0], h[1], d[0], d[1])
    end = _outermost(h[last - 1], jnp.where(last > 1, h[last - 2], 0), d[last - 1], d[last - 2])
    slopes = jnp.concatenate([start[None], inside, jnp.zeros_like(start)[None]])
    return jnp.where((jnp.arange(len(times)) == last)[:, None], end, slopes)


def _harmonic(before, after, left, right):
    """The mean of two secants, of intervals of these lengths; 0 where their signs differ."""
    alike = left * right > 0
    left, right = (jnp.where(alike, secant, 1) for secant in (left, right))
    first, second = 2 * after + before, after + 2 * before
    return jnp.where(alike, (first + second) / (first / left + second / right), 0)


def _outermost(own, next, secant, following):
    """The slope at the end of the interval of length `own`; `next` is 0 where there is no other interval."""
    slope = ((2 * own + next) * secant - own * following) / (own + next)
    steep = (secant * following <= 0) & (jnp.abs(slope) > 3 * jnp.abs(secant))
    slope = jnp.where(slope * secant <= 0, 0, jnp.where(steep, 3 * secant, slope))
    return jnp.where(next > 0, slope, secant)
