"""A parcel of gas that cools."""

import dataclasses
from typing import Literal

from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.ranges import warn_of_ranges
from eqxfuse._models.isobaric import Isobar
from eqxfuse._models.zone import Zone, require_thermal
from eqxfuse._rhs.fused import FusedRHS
from eqxfuse._rhs.state import as_state
from eqxfuse._solve.integration import ATOL, RTOL, Time
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
) -> Zone:
    """Gas that cools (or heats) at constant density or pressure, with its chemistry, until `t1` [s].

    Works under `jax.jit`, `jax.vmap` over conditions or `y0`, and with derivatives, as `solve` does.

    **Arguments**: those of `solve`; `conditions` are those of the start, and stay but for the temperature.

    - `constant`: with "pressure", the gas is compressed as it cools, so that n_tot k T stays: at every moment its
      density follows from temperature and composition, in the rates as in heating and cooling. The work of the
      compression is counted, whether `Compression` is among the processes or not. Fields other than the density stay.

    Returns a `Zone`. Raises what `solve` raises, and `ValueError` for a right-hand side without `thermal` or of
    densities.
    """
    require_thermal(rhs, conditions)
    if constant not in ("density", "pressure"):
        raise ValueError(f'constant must be "density" or "pressure", got {constant!r}')
    isobar = None
    if constant == "pressure":
        y0 = as_state(rhs.network, y0, "y0")
        isobar = Isobar.of(rhs, conditions, y0)
        warn_of_ranges(rhs.network, conditions)
    trajectory = solve(
        isobar.rhs if isobar else rhs,
        isobar.conditions if isobar else conditions,
        y0,
        t1,
        rtol=rtol,
        atol=atol,
        temperature_atol=temperature_atol,
        saveat=saveat,
        max_steps=max_steps,
        throw=throw,
    )
    if isobar is None:
        return Zone.at(conditions, trajectory)
    assert trajectory.origin is not None
    origin = dataclasses.replace(trajectory.origin, conditions=None, digest=rhs.network.digest)
    return Zone(dataclasses.replace(trajectory, origin=origin), isobar.along(trajectory))
