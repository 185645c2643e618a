"""A history made ready to be evaluated many times."""

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from eqxfuse._chemistry.conditions import FACTS, Conditions
from eqxfuse._chemistry.history.monotone import monotone_slopes, secants

KINK = 0.01
"""By so much of a value straight lines from knot to knot have to change their course, over the shorter of them, to make
a kink: smaller ones are below what a step with a tolerance of 1e-4 sees."""


class Course(eqx.Module):
    """`course(t)` are the `Conditions` at a time [s]; before the first knot those of the first, after the last those of
    the last.
    """

    times: Float[Array, "knots"]
    pieces: Float[Array, "intervals 4 fields"]
    """Coefficients of 1, u, u^2, u^3 with u = t - times[i], for values or for their logarithms."""
    logarithmic: Bool[Array, "fields"]
    """Where these are logarithms."""
    values: Float[Array, "knots fields"]
    """The table, which holds to the last bit: at knots, and in between for what is the same at both."""
    kinks: Bool[Array, "knots"]
    """Where slopes jump."""
    others: Conditions
    """What does not change, with 1 in place of what does."""
    names: tuple[str, ...] = eqx.field(static=True)
    """Fields and parameters that change."""

    @classmethod
    def through(
        cls, times: Float[Array, "knots"], tables: dict[str, Float[Array, "knots"]], others: Conditions, smooth: bool
    ) -> "Course":
        """Through the rows of tables: `smooth` monotone cubics, or straight lines.

        A field that spans decades is interpolated in its logarithm, unless it is 0 somewhere.
        """
        names, times = tuple(tables), jnp.asarray(times)
        values = jnp.stack([jnp.asarray(tables[name], times.dtype) for name in names], axis=1)
        natural = jnp.asarray([name in FACTS and FACTS[name].logarithmic for name in names])
        logarithmic = natural & (values > 0).all(axis=0)
        curve = jnp.where(logarithmic, jnp.log(jnp.where(logarithmic, values, 1)), values)
        straight = secants(times, curve)
        kinks = jnp.zeros(len(times), bool) if smooth else _kinks(times, straight, values, logarithmic)
        if smooth:
            slopes = monotone_slopes(times, curve)
            pieces = _cubics(jnp.diff(times)[:, None], curve, slopes, straight)
        else:
            pieces = jnp.stack([curve[:-1], straight, *[jnp.zeros_like(straight)] * 2], axis=1)
        return cls(times, pieces, logarithmic, jax.lax.stop_gradient(values), kinks, others, names)

    def interval(self, t: Float[Array, ""]) -> Int[Array, ""]:
        """The one that holds a time, by its position; at a knot the one that begins there."""
        begun = (self.times <= t) & (self.times < self.times[-1])
        return jnp.maximum(jnp.sum(begun) - 1, 0)

    def __call__(self, t: Float[Array, ""]) -> Conditions:
        t = jnp.where(t < self.times[0], self.times[0], jnp.where(t > self.times[-1], self.times[-1], t))
        i = self.interval(t)
        curve = cubic(self.pieces[i], t - self.times[i])
        values = jnp.where(self.logarithmic, jnp.exp(jnp.where(self.logarithmic, curve, 0)), curve)
        start, end = self.values[i], self.values[i + 1]
        exact = jnp.clip(values, jnp.minimum(start, end), jnp.maximum(start, end))
        exact = jnp.where(t == self.times[i], start, jnp.where(t == self.times[i + 1], end, exact))
        values += jax.lax.stop_gradient(exact - values)
        return with_values(self.others, {name: values[j] for j, name in enumerate(self.names)})


def with_values(conditions: Conditions, values: dict) -> Conditions:
    """With other values of some fields and parameters."""
    fields = {name: value for name, value in values.items() if name in FACTS}
    parameters = {name: value for name, value in values.items() if name not in FACTS}
    return dataclasses.replace(conditions, **fields, parameters=conditions.parameters | parameters)


def cubic(piece: Float[Array, "4 *fields"], u: Float[Array, ""]) -> Float[Array, "*fields"]:
    """The value of a piece at a time after its start."""
    return piece[0] + u * (piece[1] + u * (piece[2] + u * piece[3]))


def _cubics(length, curve, slopes, straight):
    """By Hermite's formula; constant in intervals without length."""
    whole, h = length > 0, jnp.where(length > 0, length, 1)
    second = jnp.where(whole, (3 * straight - 2 * slopes[:-1] - slopes[1:]) / h, 0)
    third = jnp.where(whole, (slopes[:-1] + slopes[1:] - 2 * straight) / h**2, 0)
    return jnp.stack([curve[:-1], jnp.where(whole, slopes[:-1], 0), second, third], axis=1)


def _kinks(times, straight, values, logarithmic):
    """Of straight lines, at their knots; never at the first and the last."""
    length = jnp.diff(times)[:, None]
    missed = jnp.abs(jnp.diff(straight, axis=0)) * jnp.minimum(length[:-1], length[1:])
    kinked = missed > KINK * jnp.where(logarithmic, 1, jnp.abs(values[1:-1]))
    ends = jnp.zeros(1, bool)
    return jnp.concatenate([ends, kinked.any(axis=1), ends])
