"""A rate coefficient from a table."""

import re
from collections.abc import Mapping
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from eqxfuse._chemistry.conditions import FIELDS
from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, option, rate_law
from eqxfuse._chemistry.tabulated import Axis, Method, look_up, sign_of, table_axes

_OF_SPECIES = re.compile(r"([nxN])\((\S+)\)")


@rate_law
class Table(RateLaw):
    """A table of coefficients in one to three quantities.

    **Arguments**:

    - `axes`: the quantities by name, each with its points in ascending order. They are fields of `Conditions`
      (`"temperature"` [K], `"av"`, ...), parameters whose names begin with `user_`, and of a species of the network
      `"n(H2)"` (its density [cm^-3]), `"x(H2)"` (its abundance n/n_H) and `"N(H2)"` (its column, density times
      `radius` [cm^-2]).
    - `values` [points of each axis]: coefficients [cm^3(m-1) s^-1].
    - `method`: `"linear"`, or `"cubic"` with continuous slopes.
    - `log_axes`, `log_values`: interpolate in logarithms; of values, which then must be above 0.
    - `fixed`: whether the values are constants of the code. They can then be any number, and not be differentiated;
      else there may be 500.

    Beyond its ends the table stays what it is there, with no slope. Tables with the same axes are evaluated together.
    Raises `ValueError` for what is no table of coefficients.
    """

    units: ClassVar[str] = "values [cm^3(m-1) s^-1]"
    citation: ClassVar[str] = "the user's table"

    quantities: tuple[str, ...] = option()
    points: tuple[Axis, ...] = option()
    method: Method = option()
    log_axes: bool = option()
    log_values: bool = option()
    constants: tuple[float, ...] = option()
    """The values where they are fixed, else none."""
    values: tuple[Parameter, ...]
    """One by one; the last axis runs first."""

    def __init__(
        self,
        axes: Mapping[str, ArrayLike],
        values: ArrayLike,
        *,
        method: Method = "linear",
        log_axes: bool = True,
        log_values: bool = False,
        fixed: bool = False,
    ):
        points = table_axes(axes, values, method, log_axes, fixed)
        for name in axes:
            _require_quantity(name)
        known = np.asarray(values, float)
        if np.any(known < 0.0) or (log_values and sign_of(known) < 0.0):
            raise ValueError(f"rate coefficients are not negative, got {known.min():g}")
        numbers = tuple(known.ravel().tolist())
        made = {
            "quantities": tuple(axes),
            "points": points,
            "method": method,
            "log_axes": bool(log_axes),
            "log_values": bool(log_values),
            "constants": numbers if fixed else (),
            "values": () if fixed else numbers,
        }
        for field, value in made.items():
            object.__setattr__(self, field, value)

    @property
    def modifying_species(self):
        found = (_OF_SPECIES.fullmatch(name) for name in self.quantities)
        return tuple(dict.fromkeys(match[2] for match in found if match))

    @property
    def needed_parameters(self):
        return tuple(name for name in self.quantities if name.startswith("user_"))

    def coefficient(self, conditions):
        return jnp.asarray(1.0) if self.is_modified else self._found(conditions, {})

    def modifier(self, conditions, densities):
        if not self.is_modified:
            return jnp.asarray(1.0)
        return self._found(conditions, dict(zip(self.modifying_species, densities, strict=True)))

    def _found(self, conditions, densities: Mapping[str, jax.Array]):
        shape, dtype = tuple(map(len, self.points)), jnp.result_type(conditions.temperature, *self.values)

        def one(temperature, *own):
            here = conditions.at_temperature(temperature)
            values = jnp.reshape(jnp.stack(own), shape) if own else np.reshape(self.constants, shape)
            at = [jnp.asarray(_quantity(here, densities, name), dtype) for name in self.quantities]
            return look_up(values, self.points, at, self.method, self.log_axes, float(self.log_values))

        return jnp.vectorize(one)(jnp.asarray(conditions.temperature, dtype), *self.values)

    def __repr__(self):
        axes = ", ".join(f"{q} {len(p)}" for q, p in zip(self.quantities, self.points, strict=True))
        return f"Table({axes})"


def _require_quantity(name: str) -> None:
    if name not in FIELDS and not _OF_SPECIES.fullmatch(name) and not name.startswith("user_"):
        raise ValueError(
            f"{name!r} is no quantity that rates depend on: take a field of Conditions, a parameter user_..., n(H2), "
            "x(H2) or N(H2)"
        )


def _quantity(conditions, densities: Mapping[str, jax.Array], name: str):
    match = _OF_SPECIES.fullmatch(name)
    if match is None:
        return getattr(conditions, name)
    density = jnp.maximum(densities[match[2]], 0.0)
    return density * {"n": 1.0, "x": 1.0 / conditions.density, "N": conditions.radius}[match[1]]
