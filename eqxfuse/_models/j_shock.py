"""A shock with a jump, as conditions over time."""

import dataclasses

import jax.numpy as jnp

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.constants import YEAR
from eqxfuse._chemistry.history.history import History
from eqxfuse._models.parameters import above, between, require_start
from eqxfuse._solve.integration import Time

_SLOWEST, _FASTEST = 5.0, 40.0
"""[km s^-1]"""
_THINNEST, _DENSEST = 1e2, 1e7
"""[cm^-3]"""


def j_shock(conditions: Conditions, *, velocity: Time) -> History:
    """What gas sees behind a J-type shock, after the parametrisation of James et al. (2020, A&A 634, A17), with the
    numbers of UCLCHEM.

    At t = 0 the gas has gone through the jump: n_H = 4 n_0 and T = 5000 K (v_s/10 km s^-1)^2, which is that of strong
    shocks in molecular gas, 3 mu m_H v_s^2/(16 k). It cools to T_0 and is compressed to 100 n_0 v_s/(km s^-1),
    both as exponentials, until t_cool = 10^6 yr/(n_0 cm^3). UCLCHEM also follows the jump itself, for 40 s, reaches the
    last density earlier, and ends at 10 K.

    **Arguments**:

    - `conditions`: those of the gas in front of the shock, with T_0 and n_0. Over time `temperature` and `density`
      change; the temperature of the dust stays.
    - `velocity`: v_s [km s^-1].

    The table has two rows, between which logarithms are straight lines; after the second nothing changes any more.

    Works under `jax.vmap` and with derivatives. Raises `ValueError` for a velocity outside of 5 to 40 km s^-1 (slower
    shocks are not strong, and faster ones dissociate the H2 that cools them), a density outside of 1e2 to 1e7 cm^-3 and
    for gas in front that is hotter than that behind the jump.
    """
    start = require_start(conditions)
    why = "slower shocks are not strong, faster ones dissociate the H2 that cools them"
    vs = between(velocity, "velocity", _SLOWEST, _FASTEST, "km s^-1", why)
    n0 = between(start.density, "the density of the start", _THINNEST, _DENSEST, "cm^-3")
    hot = above(
        5e3 * (vs / 10.0) ** 2, start.temperature, "the gas in front of the shock is hotter than that behind it"
    )
    times = jnp.stack([jnp.zeros(()), 1e6 * YEAR / n0])
    temperature = jnp.stack([hot, jnp.asarray(start.temperature, hot.dtype)])
    density = n0 * jnp.stack([jnp.full((), 4.0), 100.0 * vs])
    return History(times, dataclasses.replace(start, temperature=temperature, density=density), outside="hold")
