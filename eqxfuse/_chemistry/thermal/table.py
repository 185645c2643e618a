"""Heating and cooling from a table of the user."""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import FIELDS
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.tabulated import Axis, Method, look_up, sign_of, table_axes
from eqxfuse._chemistry.thermal.gas import Gas, Scalar
from eqxfuse._chemistry.thermal.lookup import position
from eqxfuse._chemistry.thermal.process import Process, option, process

_OF_SPECIES = re.compile(r"([nxN])\((\S+)\)")
_OF_GAS = ("total", "mass_density", "mean_weight", "jeans_length")


@process
class Table(Process):
    """A table [erg cm^-3 s^-1, over the product of `times`] in one to three quantities of the gas.

    **Arguments**:

    - `axes`: the quantities by name, each with its points in ascending order. They are fields of `Conditions`
      (`"temperature"` [K], `"density"` [cm^-3], `"zeta"`, ...), parameters whose names begin with `user_`,
      `"n(H2)"` (a density [cm^-3]), `"x(H2)"` (an abundance n/n_H), `"N(H2)"` (a column, density times `radius`
      [cm^-2]), and `"total"`, `"mass_density"`, `"mean_weight"`, `"jeans_length"` as `Gas` has them.
    - `values` [points of each axis]: negative where the gas cools.
    - `times`: quantities that the value is multiplied with, such as `("n(e-)", "n(C+)")`.
    - `method`: `"linear"`, or `"cubic"` with continuous slopes.
    - `log_axes`, `log_values`: interpolate in logarithms; of values, which then must not be 0 and all have one sign.
    - `fixed`: whether the values are constants of the code. They can then be any number, and not be differentiated;
      else there may be 500.

    Beyond its ends the table stays what it is there, with no slope. A species that the network lacks has the density 0.
    Raises `ValueError` for what is no table.
    """

    units: ClassVar[str] = "values [erg cm^-3 s^-1] over the product of `times`"
    citation: ClassVar[str] = "the user's table"
    validity: ClassVar[str] = "constant beyond the ends of its axes"
    arrays: ClassVar[bool] = True

    quantities: tuple[str, ...] = option()
    points: tuple[Axis, ...] = option()
    times: tuple[str, ...] = option()
    method: Method = option()
    log_axes: bool = option()
    sign: float = option()
    """That of all values where their logarithms are interpolated, else 0."""
    constants: tuple[float, ...] = option()
    """The values where they are fixed."""
    values: Float[Array, "..."] | None
    name: str = option()  # pyright: ignore[reportIncompatibleMethodOverride]
    """What tables and plots call it."""

    def __init__(
        self,
        axes: Mapping[str, ArrayLike],
        values: ArrayLike,
        *,
        times: Sequence[str] = (),
        method: Method = "linear",
        log_axes: bool = True,
        log_values: bool = False,
        fixed: bool = False,
        name: str = "Table",
    ):
        points = table_axes(axes, values, method, log_axes, fixed)
        for quantity in (*axes, *times):
            _require_quantity(quantity)
        sign = sign_of(values) if log_values else 0.0
        made = {
            "quantities": tuple(axes),
            "points": points,
            "times": tuple(times),
            "method": method,
            "log_axes": log_axes,
            "sign": sign,
            "constants": tuple(np.asarray(values, float).ravel().tolist()) if fixed else (),
            "values": None if fixed else jnp.asarray(values, float),
            "name": name,
        }
        for field, value in made.items():
            object.__setattr__(self, field, value)

    @property
    def needed_parameters(self):
        return tuple(name for name in (*self.quantities, *self.times) if name.startswith("user_"))

    def missing(self, network: Network):
        species = [match[2] for name in (*self.quantities, *self.times) if (match := _OF_SPECIES.fullmatch(name))]
        return tuple(formula for formula in species if position(network, formula) is None)

    def heating(self, gas: Gas):
        shape = tuple(map(len, self.points))
        if self.values is None:
            values = np.asarray(self.constants).reshape(shape)
        elif jnp.shape(self.values) == shape:
            values = jnp.asarray(self.values, gas.densities.dtype)
        else:
            raise ValueError(f"{self.name} has values {jnp.shape(self.values)} for {shape} points: use jax.vmap")
        at = [_quantity(gas, name) for name in self.quantities]
        found = look_up(values, self.points, at, self.method, self.log_axes, self.sign)
        for name in self.times:
            found = found * _quantity(gas, name)
        return jnp.asarray(found, gas.densities.dtype)

    def __repr__(self):
        axes = ", ".join(f"{q} {len(p)}" for q, p in zip(self.quantities, self.points, strict=True))
        return f"Table({axes}, name={self.name!r})"


def _require_quantity(name: str) -> None:
    if name in (*FIELDS, *_OF_GAS) or _OF_SPECIES.fullmatch(name) or name.startswith("user_"):
        return
    raise ValueError(
        f"{name!r} is no quantity of a gas: take a field of Conditions, a parameter user_..., n(H2), x(H2), N(H2), or "
        f"{', '.join(_OF_GAS)}"
    )


def _quantity(gas: Gas, name: str) -> Scalar:
    match = _OF_SPECIES.fullmatch(name)
    if match:
        density = gas.n(match[2])
        return density * {"n": 1.0, "x": 1.0 / gas.density, "N": gas.conditions.radius}[match[1]]
    if name in ("temperature", "density", *_OF_GAS):
        return getattr(gas, name)
    return jnp.asarray(getattr(gas.conditions, name), gas.densities.dtype)
