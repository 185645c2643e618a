"""Steps that end where conditions jump or have a kink."""

from typing import Any

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from eqxfuse._chemistry.history.course import Course, cubic

Scalar = Float[Array, ""]

MARGIN = 1e-12
"""How far from the temperature of a jump, in parts of it, a step ends and the next one begins: further than rounding
goes."""

BISECTIONS = 52
"""Halvings after which a time is known to rounding."""


class Stops(eqx.Module):
    """Times in the course of conditions at which steps should end: where the temperature crosses one at which
    coefficients jump, and at kinks.
    """

    course: Course
    temperatures: Float[Array, "jumps"]
    """Increasing [K]: at it a coefficient has one value, just below another."""
    ranks: Int[Array, "knots"]
    """How many of them are reached at the knots."""

    @classmethod
    def of(cls, course: Course, temperatures: np.ndarray) -> "Stops":
        """With `temperatures` as `jump_temperatures` gives them, or none where they do not matter."""
        if "temperature" not in course.names:
            temperatures = temperatures[:0]
        limits = jnp.asarray(temperatures, course.times.dtype)
        return cls(course, limits, _rank(limits, course.values[:, _column(course)]) if len(limits) else jnp.zeros(0))

    def after(self, t: Scalar) -> tuple[Scalar, Scalar]:
        """The first stop after a time: when a step should end, and when the next should begin; infinite if there is
        none.
        """
        crossing, kink = self._crossing(t), self._kink(t)
        first = crossing[0] < kink
        return jnp.where(first, crossing[0], kink), jnp.where(first, crossing[1], kink)

    def _kink(self, t: Scalar) -> Scalar:
        times = self.course.times
        return jnp.min(jnp.where(self.course.kinks & (times > t), times, jnp.inf))

    def _crossing(self, t: Scalar) -> tuple[Scalar, Scalar]:
        course = self.course
        if not len(self.temperatures):
            return jnp.full_like(t, jnp.inf), jnp.full_like(t, jnp.inf)
        here = course.interval(t)
        now = self.ranks[:-1].at[here].set(_rank(self.temperatures, course(t).temperature))
        crossed = (now != self.ranks[1:]) & (jnp.arange(len(now)) >= here)
        i = jnp.argmax(crossed)
        rising = self.ranks[i + 1] > now[i]
        wanted = self.temperatures[jnp.where(rising, now[i], now[i] - 1)]
        sides = jnp.where(rising, MARGIN, -MARGIN) * jnp.array([-1.0, 1.0], t.dtype)
        start = jnp.where(i == here, jnp.maximum(t, course.times[i]), course.times[i])
        before, after = self._reached(i, start, rising, wanted * (1 + sides))
        before, after = before - 2 * _ulp(before), after + 2 * _ulp(after)
        before = jnp.where(before > t, before, after)
        found = crossed.any()
        return jnp.where(found, before, jnp.inf), jnp.where(found, after, jnp.inf)

    def _reached(self, i: Int[Array, ""], start: Scalar, rising: Array, temperatures: Float[Array, "2"]):
        """[2] when, in interval i from `start` on, each of the temperatures is reached; the end of the two that is
        nearer to it where it is not. Their derivatives are those of the table.
        """
        course, j = self.course, _column(self.course)
        piece, origin = course.pieces[i, :, j], course.times[i]
        wanted = jnp.where(course.logarithmic[j], jnp.log(temperatures), temperatures)
        fixed = jax.lax.stop_gradient((piece, start - origin, course.times[i + 1] - origin, wanted))
        u, slope = _root(*fixed, rising)
        inside = slope != 0
        change = jnp.where(inside, (wanted - cubic(piece, u)) / jnp.where(inside, slope, 1), 0)
        return origin + u + change - jax.lax.stop_gradient(change)


def _column(course: Course) -> int:
    return course.names.index("temperature")


def _rank(temperatures, temperature) -> Int[Array, "*knots"]:
    return jnp.searchsorted(temperatures, temperature, side="right", method="compare_all")


def _root(piece, low, high, wanted, rising):
    """Where a monotone cubic has each of the values `wanted`, and its slope there; 0 for that at an end which falls
    short of the value.
    """
    sign = jnp.where(rising, 1, -1)
    ends = low, high

    def halved(_, bracket):
        low, high = bracket
        middle = (low + high) / 2
        short = sign * (cubic(piece, middle) - wanted) < 0
        return jnp.where(short, middle, low), jnp.where(short, high, middle)

    bracket = jnp.full_like(wanted, low), jnp.full_like(wanted, high)
    low, high = jax.lax.fori_loop(0, BISECTIONS, halved, bracket)
    u = (low + high) / 2
    first, last = (cubic(piece, end) for end in ends)
    return u, jnp.where((first < wanted) != (last < wanted), _slope(piece, u), 0)


def _slope(piece, u):
    return piece[1] + u * (2 * piece[2] + u * 3 * piece[3])


def _ulp(t: Scalar) -> Scalar:
    return jax.lax.stop_gradient(jnp.abs(t)) * jnp.finfo(t.dtype).eps


class StopController(diffrax.AbstractStepSizeController):
    """The steps of another controller, which end at `stops`, and begin again behind them."""

    controller: diffrax.AbstractStepSizeController
    stops: Stops

    @property
    def rtol(self):
        return self.controller.rtol  # pyright: ignore[reportAttributeAccessIssue]

    @property
    def atol(self):
        return self.controller.atol  # pyright: ignore[reportAttributeAccessIssue]

    def wrap(self, direction) -> "StopController":
        return StopController(self.controller.wrap(direction), self.stops)

    def init(self, terms, t0, t1, y0, dt0, args, func, error_order) -> Any:
        wanted, state = self.controller.init(terms, t0, t1, y0, dt0, args, func, error_order)
        stop = self.stops.after(jnp.asarray(t0))
        return jnp.minimum(wanted, stop[0]), (state, stop, wanted - t0)

    def adapt_step_size(self, t0, t1, y0, y1_candidate, args, y_error, error_order, controller_state) -> Any:
        """See `diffrax.AbstractStepSizeController.adapt_step_size`.

        A step that was cut short says little of how long the next may be: that is at least as long as the one that was
        wanted, unless an error is in its way.
        """
        state, (before, after), wanted = controller_state
        keep, start, end, made_jump, state, result = self.controller.adapt_step_size(
            t0, t1, y0, y1_candidate, args, y_error, error_order, state
        )
        arrived = keep & (start >= before)
        length = jax.lax.stop_gradient(end - start)
        length = jnp.where(arrived, jnp.maximum(length, wanted), length)
        start = jnp.where(arrived, jnp.maximum(start, after), start)
        stop = self.stops.after(start)
        return keep, start, jnp.minimum(start + length, stop[0]), made_jump, (state, stop, length), result
