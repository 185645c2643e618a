"""A parcel of gas that cools."""

from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._models.zone import Zone, require_thermal
from eqxfuse._rhs.fused import FusedRHS
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
) -> Zone:
    """Gas that cools (or heats) at constant density, with its chemistry, until `t1` [s].

    Works under `jax.jit`, `jax.vmap` over conditions or `y0`, and with derivatives, as `solve` does.

    **Arguments**: those of `solve`; `conditions` are those of the start, and stay but for the temperature.

    Returns a `Zone`. Raises what `solve` raises, and `ValueError` for a right-hand side without `thermal` or of
    densities.
    """
    require_thermal(rhs, conditions)
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
