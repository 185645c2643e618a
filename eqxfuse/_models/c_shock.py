"""A shock that a magnetic field makes continuous, as conditions over time."""

import dataclasses

import jax.numpy as jnp
import numpy as np

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.constants import PARSEC
from eqxfuse._chemistry.history.history import History
from eqxfuse._chemistry.thermal.physical_constants import CODATA
from eqxfuse._models.parameters import above, between, require_start
from eqxfuse._solve.integration import Time

_KM = 1e5
"""[cm]"""
_SLOWEST, _FASTEST = 10.0, 40.0
"""Velocities of the models that the fits are for [km s^-1]."""
_THINNEST, _DENSEST = 1e3, 1e6
"""Their densities [cm^-3]."""
_LENGTH = 12.0 * PARSEC
"""Of dissipation, for 1 km s^-1 and 1 cm^-3 [cm]."""
_HOTTEST_AT = 6.0
"""Where x^6/(exp(x) - 1) is largest: 5.985, as a round number."""
_NEWTON = 8
"""Steps, from above, to a root of a convex cubic: more than double precision needs."""


def c_shock(
    conditions: Conditions, *, velocity: Time, magnetic_parameter: Time = 1.0, cooling: Time = 30.0, rows: int = 256
) -> History:
    """What gas sees that a C-type shock passes: the parametrisation of Jimenez-Serra et al. (2008, A&A 482, 549) with
    the numbers of UCLCHEM (Holdship et al. 2017, AJ 154, 38).

    At the distance z behind the front, with v_s the velocity of the shock and v_0 that of the gas at last in its frame,

    - the gas has been accelerated by v_n = (v_s - v_0) (1 - 1/cosh(z/z_n)), so that n_H = n_0 v_s/(v_s - v_n), and
      dz/dt = v_s - v_n, which is integrated in closed form;
    - T = T_0 + (a z)^6/(exp(z/z_T) - 1), with `a` such that T is T_max at 6 z_T;
    - z_n = L/arcosh(100) and 6 z_T = L/arcosh(1/0.15), where L = 12 pc v_s/n_0 (km s^-1, cm^-3) is the length in which
      the gas is accelerated to 99 per cent;
    - T_max is a square of v_s at 10^4 and at 10^6 cm^-3, which fits models of Draine, Roberge & Dalgarno (1983, ApJ
      264, 485), interpolated in log n_0 here (UCLCHEM takes the nearer one, and their mean at 10^5 cm^-3);
    - v_0^3 = v_A^2 (v_0 + v_s)/2 with v_A = b 1 uG/(4 pi m_H cm^3)^(1/2), as UCLCHEM solves. (Conservation of momentum
      and flux alone has v_0^2 v_s on the left, which compresses gas up to three times more.)

    Grains are not heated and not sputtered: `dust_temperature` stays, and nothing is knocked off the ice.

    **Arguments**:

    - `conditions`: those of the gas in front of the shock, with T_0 and n_0. Over time `temperature` and `density`
      change.
    - `velocity`: v_s [km s^-1].
    - `magnetic_parameter`: b, for a field of b (n_0 cm^3)^(1/2) uG across the flow.
    - `cooling`: z/z_T at the end, after which nothing changes any more; at 30, T - T_0 is 6e-7 of what it was at most.
    - `rows`: of the table, spread evenly in z.

    Works under `jax.vmap` and with derivatives. Raises `ValueError` for a velocity outside of 10 to 40 km s^-1, a
    density outside of 1e3 to 1e6 cm^-3, for which the fits are, and a field that is so strong that v_0 is not below
    v_s/2.
    """
    start = require_start(conditions)
    why = "the fits to models of shocks end there"
    vs = between(velocity, "velocity", _SLOWEST, _FASTEST, "km s^-1", why)
    n0 = between(start.density, "the density of the start", _THINNEST, _DENSEST, "cm^-3", why)
    end = between(cooling, "cooling", _HOTTEST_AT, 100.0, "z_T")
    v0 = _final_velocity(vs, between(magnetic_parameter, "magnetic_parameter", 0.1, 10.0, "uG cm^(3/2)"))
    vs = above(vs, 2.0 * v0, "the magnetic field is too strong for a shock of this velocity: lower magnetic_parameter")
    length = _LENGTH * vs / n0
    decoupling, hottest = length / np.arccosh(100.0), length / np.arccosh(1.0 / 0.15)
    place = end * np.linspace(0.0, 1.0, rows)  # z / z_T
    z = hottest / _HOTTEST_AT * place
    accelerated = (vs - v0) * (1.0 - 1.0 / jnp.cosh(z / decoupling))
    heat = jnp.concatenate([jnp.zeros(1), place[1:] ** 6 / jnp.expm1(place[1:])])
    heat *= np.expm1(_HOTTEST_AT) / _HOTTEST_AT**6
    moving = dataclasses.replace(
        start,
        temperature=start.temperature + (_highest_temperature(vs, n0) - start.temperature) * heat,
        density=n0 * vs / (vs - accelerated),
    )
    return History(_passed(z / decoupling, vs, v0) * decoupling / _KM, moving, outside="hold")


def _final_velocity(vs, magnetic_parameter):
    """The root of v^3 = v_A^2 (v + vs)/2 [km s^-1], by Newton's method from above."""
    square = 1e-12 * magnetic_parameter**2 / (4.0 * jnp.pi * CODATA.mass((("H", 1),), 0)) / _KM**2 / 2.0
    v = jnp.cbrt(2.0 * square * vs) + jnp.sqrt(2.0 * square)
    for _ in range(_NEWTON):
        v -= (v**3 - square * (v + vs)) / (3.0 * v**2 - square)
    return v


def _highest_temperature(vs, n0):
    """[K]"""
    thin = (0.47258 * vs + 40.44161) * vs - 128.635455216
    dense = (2.91731 * vs - 23.78974) * vs + 225.204167337
    part = jnp.clip((jnp.log10(n0) - 4.0) / 2.0, 0.0, 1.0)
    return thin + part * (dense - thin)


def _passed(u, vs, v0):
    """Integral of du/(v_0 + (v_s - v_0)/cosh(u)) from 0 [s km^-1]: the time to a distance, in units of z_n."""
    slow, fast = v0, vs - v0
    root = jnp.sqrt(fast**2 - slow**2)
    return (u - 2.0 * fast / root * jnp.arctanh(jnp.sqrt((fast - slow) / (fast + slow)) * jnp.tanh(u / 2.0))) / slow
