"""Gas and ice that a young star warms."""

import dataclasses

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.constants import YEAR
from eqxfuse._chemistry.history.history import History
from eqxfuse._models.parameters import above, between, require_start
from eqxfuse._solve.integration import Time

_MASSES = np.array([1.0, 5.0, 10.0, 15.0, 25.0, 60.0])
"""Of the stars [solar masses]."""
_A = np.array([1.927e-1, 4.856e-2, 7.847e-3, 9.6966e-4, 1.706e-4, 4.74e-7])
_B = np.array([0.5339, 0.6255, 0.8395, 1.085, 1.289, 1.98])
"""T - T_0 = A (t/yr)^B [K], for each of the stars."""

_HOTTEST = 1e4


def hot_core(conditions: Conditions, *, mass: Time, to_temperature: Time = 300.0, rows: int = 128) -> History:
    """Gas and dust around a massive star on its way to the main sequence: T = T_0 + A (t/yr)^B.

    A and B are those of stars of 1, 5, 10, 15, 25 and 60 solar masses (Viti et al. 2004, MNRAS 354, 1141; low masses:
    Awad et al. 2010, MNRAS 407, 2511; numbers as in UCLCHEM, Holdship et al. 2017, AJ 154, 38). Between these, ln A and
    B are interpolated in ln M here, so that the rise at one time lies between those of the neighbours.

    **Arguments**:

    - `conditions`: those of the start, whose `temperature` is T_0 [K] of gas and dust. Over time `temperature` and
      `dust_temperature` change, and are equal.
    - `mass`: of the star [solar masses].
    - `to_temperature`: where the warm-up ends [K], after which nothing changes any more.
    - `rows`: of the table, spread evenly in the square root of time.

    Works under `jax.vmap` and with derivatives. Raises `ValueError` for a mass outside of 1 to 60, and for a
    temperature that does not rise.
    """
    start = require_start(conditions)
    log_mass = jnp.log(between(mass, "mass", _MASSES[0], _MASSES[-1], "solar masses", "for others there is no A and B"))
    log_a, b = (jnp.interp(log_mass, np.log(_MASSES), table) for table in (np.log(_A), _B))
    passed = np.linspace(0.0, 1.0, rows) ** 2
    temperature = _rising(start, to_temperature, jnp.concatenate([jnp.zeros(1), passed[1:] ** b]))
    end = YEAR * jnp.exp((jnp.log(temperature[-1] - start.temperature) - log_a) / b)
    return _warming(start, end * passed, temperature)


def warm_up(
    conditions: Conditions, *, time: Time, to_temperature: Time = 200.0, power: Time = 2.0, rows: int = 128
) -> History:
    """Gas and dust whose temperature rises as a power of time: T = T_0 + (T_max - T_0) (t/`time`)^`power`.

    With 200 K, a power of 2, and 5e4, 2e5 or 1e6 yr these are the fast, medium and slow warm-up of Garrod & Herbst
    (2006, A&A 457, 927).

    **Arguments**:

    - `conditions`: those of the start, whose `temperature` is T_0 [K] of gas and dust. Over time `temperature` and
      `dust_temperature` change, and are equal.
    - `time`: how long the warm-up takes [s], after which nothing changes any more.
    - `to_temperature`: T_max [K].
    - `power`: 1 is a straight line.
    - `rows`: of the table.

    Works under `jax.vmap` and with derivatives. Raises `ValueError` for a temperature that does not rise, for a `time`
    that is not positive, and for a `power` outside of 0.1 to 10.
    """
    start = require_start(conditions)
    time = above(time, 0.0, "time must be above 0 s")
    power = between(power, "power", 0.1, 10.0, "")
    passed = np.linspace(0.0, 1.0, rows)
    part = jnp.concatenate([jnp.zeros(1), passed[1:] ** power])
    return _warming(start, time * passed, _rising(start, to_temperature, part))


def _rising(start: Conditions, end: Time, part) -> Float[Array, "rows"]:
    """Temperatures [K] at parts of the way from that of the start to the `end`."""
    end = above(end, start.temperature, "to_temperature must be above the temperature of the start")
    end = between(end, "to_temperature", 0.0, _HOTTEST, "K")
    return start.temperature + (end - start.temperature) * part


def _warming(start: Conditions, times, temperature) -> History:
    moving = dataclasses.replace(start, temperature=temperature, dust_temperature=temperature)
    return History(times, moving, outside="hold")
