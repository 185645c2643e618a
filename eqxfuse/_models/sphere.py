"""A sphere without pressure that falls from rest, as conditions over time."""

import dataclasses

import jax.numpy as jnp
import numpy as np

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.history.history import History
from eqxfuse._chemistry.thermal.physical_constants import CODATA
from eqxfuse._models.parameters import above, between, require_start
from eqxfuse._solve.integration import Time


def free_fall_history(
    conditions: Conditions, *, to_density: Time, factor: Time = 1.0, mass: Time = 1.4, rows: int = 128
) -> History:
    """A uniform sphere that falls freely from rest: n_H = n_0 / cos^6(b) at the time t_ff (2/pi) (b + sin(b) cos(b)),
    with t_ff = sqrt(3 pi/(32 G rho_0)).

    This is the solution of dn/dt = B (n^4/n_0)^(1/3) (24 pi G m n_0 ((n/n_0)^(1/3) - 1))^(1/2) with `factor` B, which
    models of cores that fall slower than freely use (Spitzer 1978, Physical Processes in the Interstellar Medium, ch.
    13; Rawlings et al. 1992, MNRAS 255, 471). `collapse`, for gas that heats and cools, has dn/dt = n/t_ff instead.

    **Arguments**:

    - `conditions`: those of the start. Over time `density` changes; `av` as n_H^(2/3) and `radius` as n_H^(-1/3), as
      the sphere keeps its mass; and `compression_rate` is d ln(n_H)/dt.
    - `to_density`: n_H [cm^-3] at the end, after which nothing changes any more.
    - `factor`: B [1]; 1 is free fall, less is a fall that something slows down.
    - `mass`: of all gas for each hydrogen nucleus [mass of hydrogen]; 1.4 is that of H and He.
    - `rows`: of the table.

    Works under `jax.vmap` and with derivatives. Raises `ValueError` for a density that does not rise, or by more than
    1e18, for a `factor` that is not in 0.01 to 1 and for a `mass` that is not in 1 to 2.
    """
    start = require_start(conditions)
    ratio = above(
        jnp.asarray(to_density) / start.density, 1.0, "to_density must be larger than the density of the start"
    )
    ratio = between(ratio, "to_density over the density of the start", 1.0, 1e18, "times")
    factor = between(factor, "factor", 0.01, 1.0, "times free fall")
    mass = between(mass, "mass", 1.0, 2.0, "masses of hydrogen")
    gravity = CODATA.gravity * CODATA.mass((("H", 1),), 0) * mass * start.density
    free = jnp.sqrt(3.0 * jnp.pi / (32.0 * gravity)) / factor
    tangent2 = jnp.expm1(jnp.log(ratio) / 3.0 * np.linspace(0.0, 1.0, rows)[1:] ** 2)
    tangent = jnp.concatenate([jnp.zeros(1), jnp.sqrt(tangent2)])  # of b, whose root has no slope in the first row
    secant2 = 1.0 + tangent**2
    times = free * (2.0 / jnp.pi) * (jnp.arctan(tangent) + tangent / secant2)
    moving = dataclasses.replace(
        start,
        density=start.density * secant2**3,
        av=start.av * secant2**2,
        radius=start.radius / secant2,
        compression_rate=1.5 * jnp.pi / free * tangent * secant2,
    )
    return History(times, moving, outside="hold")
