"""The state between the outputs of a trajectory."""

import warnings

import jax.core
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.constants import YEAR

_FAR = 3.0
"""Outputs of which the later has more than so many times the time of the earlier one are far apart."""


def interpolate(
    wanted: Float[Array, "wanted"], times: Float[Array, "times"], states: Float[Array, "times species"]
) -> Float[Array, "wanted species"]:
    """The states at the `wanted` times; NaN outside of `times`.

    Chemistry goes with powers of the time, and outputs are spread over decades: log x is linear in log t. Linear in t
    instead where an output stands at or before t = 0, and in x where a species is not above zero at both outputs.
    """
    later = jnp.clip(jnp.searchsorted(times, wanted), 1, max(len(times) - 1, 1))
    later = jnp.minimum(later, len(times) - 1)  # of one output alone
    earlier = jnp.maximum(later - 1, 0)
    part = _part(wanted, times[earlier], times[later])[:, None]
    a, b = states[earlier], states[later]
    powers = (a > 0) & (b > 0)
    ratio = jnp.where(powers, b, 1) / jnp.where(powers, a, 1)
    between = jnp.where(powers, a * ratio**part, a + part * (b - a))
    found = jnp.where(part == 0, a, jnp.where(part == 1, b, between))
    return jnp.where(((wanted >= times[0]) & (wanted <= times[-1]))[:, None], found, jnp.nan)


def _part(t, earlier, later):
    """How far t is on its way between two times: 0 at the earlier one, 1 at the later one."""
    powers = earlier > 0
    start = jnp.where(powers, jnp.log(jnp.where(powers, earlier, 1)), earlier)
    end, here = (jnp.where(powers, jnp.log(jnp.where(powers & (time > 0), time, 1)), time) for time in (later, t))
    same = end == start
    part = jnp.where(same, 1, (here - start) / jnp.where(same, 1, end - start))
    return jnp.where(t == later, 1, jnp.where(t == earlier, 0, part))


def warn_of_gaps(wanted: Float[Array, "*wanted"], times: Float[Array, "*batch times"]) -> None:
    """Warn, where both are known, of a time that is wanted between outputs which are far apart."""
    if isinstance(wanted, jax.core.Tracer) or isinstance(times, jax.core.Tracer):
        return
    for own in np.unique(np.asarray(times).reshape(-1, times.shape[-1]), axis=0):
        between = np.setdiff1d(wanted, own)
        between = between[(between > own[0]) & (between < own[-1])]
        after = np.searchsorted(own, between)
        guessed = own[after] > _FAR * own[after - 1]
        if guessed.any():
            first = int(np.argmax(guessed))
            time, earlier, later = (t / YEAR for t in (between[first], own[after[first] - 1], own[after[first]]))
            warnings.warn(
                f"the state at {time:.4g} yr is a guess: the outputs around it are at {earlier:.4g} and {later:.4g} "
                "yr; solve with more of them, or with that time in saveat",
                stacklevel=4,
            )
            return
