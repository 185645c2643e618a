"""One-zone collapse."""

import dataclasses
import warnings

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.thermal import Compression, Gas
from eqxfuse._chemistry.thermal import FreeFall as FreeFallHeating
from eqxfuse._models.free_fall import FreeFall, Shape, mass_per_hydrogen
from eqxfuse._models.zone import Zone, require_thermal
from eqxfuse._rhs.fused import FusedRHS
from eqxfuse._rhs.state import as_state
from eqxfuse._solve.integration import ATOL, RTOL, Time, is_known, require
from eqxfuse._solve.outcome import Outcome, raise_when_run
from eqxfuse._solve.solve import solve

_SAME_RADIUS = 0.03
"""Part of itself that the radius may be away from what it follows."""
_MOST = 1e24
"""Compression over which the time that is left keeps four digits."""


def collapse(
    rhs: FusedRHS,
    conditions: Conditions,
    y0: Float[Array, "species"],
    *,
    to_density: Time,
    outputs: int = 121,
    jeans: int = 0,
    rtol: Time = RTOL,
    atol: Time = ATOL,
    temperature_atol: Time | None = None,
    max_steps: int = 10_000,
    throw: bool = True,
) -> Zone:
    """The centre of a cloud in free fall: dn_H/dt = n_H/t_ff with t_ff = sqrt(3 pi/(32 G rho)) (Omukai 2000, ApJ 534,
    809), and the energy equation with the work of compression.

    The density is known in closed form, so that no step is spent on it. Works under `jax.jit`, `jax.vmap` over
    conditions or `y0`, and with derivatives, as `solve` does.

    **Arguments**:

    - `rhs`: abundances (not densities) of a gas that heats and cools; among its processes is `Compression` or
      `FreeFall`, or there is a warning.
    - `conditions`: those of the start, with its `temperature` [K] and `density` [cm^-3]. They stay but for
      `density`; `compression_rate` = 1/t_ff; `velocity_gradient` = 1/(3 t_ff), that of a sphere which keeps its shape;
      `radius`, which falls from what is given as n_H^-1/2, and `av`, which rises from what is given as n_H^1/2. The
      radius is that of laws that shield; it follows the Jeans length of gas that keeps its temperature, or with `jeans`
      that of the gas. Heating and cooling always use the Jeans length of the gas itself. Metals and dust come with the
      network and `dust_to_gas`.
    - `y0` [species]: abundances of the start, see `Network.abundances`.
    - `to_density`: n_H [cm^-3] where the collapse ends.
    - `outputs`: how many, spread evenly in the logarithm of the density, with start and end.
    - `jeans`: how often the collapse is computed again with half the Jeans length of the gas, as it was found before at
      the outputs, for `radius`, which then does not matter where it is given, and with `av` that follows the column
      n_H `radius`. Two or three times are enough where the radius changes the temperature by little; there is a warning
      where the last time changed the radius anywhere by more than 3 per cent. 0 leaves `radius` as told above.
    - `rtol`, `atol`, `temperature_atol`, `max_steps`, `throw`: those of `solve`.

    Returns a `Zone` whose trajectory has the time [s] since the start.

    Raises `ValueError` for densities that do not rise, for a right-hand side without `thermal` or of densities, for a
    start that makes no sense; `TypeError` for conditions that are no `Conditions`; `RuntimeError` where the solve
    fails.
    """
    thermal = require_thermal(rhs, conditions)
    if not any(isinstance(p, Compression | FreeFallHeating) for p in thermal.processes):
        doubt = "nothing heats the gas as it is compressed: add thermal.Compression() to its processes"
        warnings.warn(doubt, stacklevel=2)
    y0 = as_state(rhs.network, y0, "y0")
    end = require(
        jnp.asarray(to_density, y0.dtype),
        lambda end: (end > conditions.density) & (end < _MOST * conditions.density),
        lambda: (
            "to_density must be larger than the density of the start, and less than 1e24 times as large: beyond, "
            "double precision cannot tell the times apart"
        ),
    )
    path = FreeFall.of(conditions, mass_per_hydrogen(rhs.network, y0, thermal.constants), thermal.constants.gravity)
    densities = conditions.density * (end / conditions.density) ** jnp.linspace(0.0, 1.0, outputs, dtype=y0.dtype)
    times = path.time(densities)

    def along(path: FreeFall) -> Zone:
        trajectory = solve(
            rhs,
            path,
            y0,
            times[-1],
            rtol=rtol,
            atol=atol,
            temperature_atol=temperature_atol,
            saveat=times,
            max_steps=max_steps,
            throw=False,
        )
        zone = Zone(trajectory, jax.vmap(path.at_density)(densities))
        assert trajectory.end_time is not None
        return _checked(zone, path.density(trajectory.end_time), end) if throw else zone

    zone = along(path)
    for _ in range(jeans):
        radius = 0.5 * _jeans_lengths(rhs, zone)
        zone = along(dataclasses.replace(path, shape=Shape.of(densities, radius)))
    if jeans:
        _warn_of_radius(zone, 0.5 * _jeans_lengths(rhs, zone))
    return zone


def _jeans_lengths(rhs: FusedRHS, zone: Zone) -> Float[Array, "times"]:
    """Of the gas at the outputs [cm]."""

    def at(conditions, x, temperature):
        here = conditions.at_temperature(temperature)
        assert rhs.thermal is not None
        none = jnp.zeros(len(rhs.network.reactions))
        return Gas(rhs.network, here, here.density * x, none, rhs.thermal.constants).jeans_length

    return jax.vmap(at)(zone.conditions, zone.trajectory.abundances, zone.temperature)


def _warn_of_radius(zone: Zone, radius) -> None:
    """Where both are known and differ."""
    if not (is_known(zone.conditions.radius) and is_known(radius)):
        return
    off = float(jnp.nanmax(jnp.abs(zone.conditions.radius / radius - 1.0)))
    if off > _SAME_RADIUS:
        warnings.warn(f"the radius is still {off:.1%} away from half the Jeans length: raise jeans=", stacklevel=3)


def _checked(zone: Zone, reached, end) -> Zone:
    """Raise `RuntimeError` for a failure: now where the result is known, and when it runs where it is traced."""
    result = zone.trajectory.result
    if result.is_traced():
        return raise_when_run(zone, result)
    if not zone.trajectory.succeeded:
        steps = int(zone.trajectory.statistics["steps"])
        raise RuntimeError(
            f"the collapse stands at n_H = {float(reached):.4g} cm^-3 of {float(end):.4g} cm^-3 after {steps} steps. "
            f"It failed because {Outcome[result]}"
        )
    return zone
