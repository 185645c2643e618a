"""A parcel of gas that cools."""

import warnings
from typing import Literal

import jax.numpy as jnp
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.thermal import Compression
from eqxfuse._models.isobaric import isobaric
from eqxfuse._models.zone import Zone, require_thermal
from eqxfuse._rhs.fused import FusedRHS
from eqxfuse._rhs.state import as_state
from eqxfuse._solve.integration import ATOL, RTOL, Time, output_times, require
from eqxfuse._solve.outcome import raise_when_run
from eqxfuse._solve.solve import solve


def cooling_parcel(
    rhs: FusedRHS,
    conditions: Conditions,
    y0: Float[Array, "species"],
    t1: Time,
    *,
    saveat: int | Float[Array, "times"] = 121,
    rtol: Time = RTOL,
    atol: Time = ATOL,
    temperature_atol: Time | None = None,
    max_steps: int = 10_000,
    throw: bool = True,
    constant: Literal["density", "pressure"] = "density",
    windows: int = 2,
) -> Zone:
    """Gas that cools (or heats) at constant density or pressure, with its chemistry, until `t1` [s].

    Works under `jax.jit`, `jax.vmap` over conditions or `y0`, and with derivatives, as `solve` does.

    **Arguments**: those of `solve`; `conditions` are those of the start, and stay but for the temperature.

    - `constant`: with "pressure", the gas is compressed as it cools, so that n_tot k T at each output is that of the
      start. Conditions do not see the temperature, so the time between outputs is divided into `windows`, in each of
      which the density is exp(rate t) with the rate for which the pressure at the end is right, to 1e-4 or better;
      within a window it is off by about an eighth of the square of the change of ln n_H. Warns where that change is
      above 0.2, or where no `Compression` is among the processes. Fields other than the density stay.

    Returns a `Zone`. Raises what `solve` raises, and `ValueError` for a right-hand side without `thermal` or of
    densities.
    """
    thermal = require_thermal(rhs, conditions)
    if constant not in ("density", "pressure"):
        raise ValueError(f'constant must be "density" or "pressure", got {constant!r}')
    if constant == "pressure":
        if not any(isinstance(p, Compression) for p in thermal.processes):
            doubt = "nothing heats the gas as it is compressed: add thermal.Compression() to its processes"
            warnings.warn(doubt, stacklevel=2)
        y0 = as_state(rhs.network, y0, "y0")
        end = jnp.asarray(t1, y0.dtype)
        times = require(
            jnp.asarray(output_times(saveat, jnp.zeros((), y0.dtype), end)),
            lambda times: times[0] > 0,
            lambda: "output times at constant pressure begin behind 0",
        )
        solver = {"rtol": rtol, "atol": atol, "temperature_atol": temperature_atol, "max_steps": max_steps}
        zone = isobaric(rhs, conditions, y0, times, windows, **solver)
        return raise_when_run(zone, zone.trajectory.result) if throw else zone
    trajectory = solve(
        rhs,
        conditions,
        y0,
        t1,
        rtol=rtol,
        atol=atol,
        temperature_atol=temperature_atol,
        saveat=saveat,
        max_steps=max_steps,
        throw=throw,
    )
    return Zone.at(conditions, trajectory)
