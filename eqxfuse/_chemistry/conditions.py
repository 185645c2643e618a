"""The physical conditions that rate coefficients depend on."""

import dataclasses
from numbers import Real

import equinox as eqx
import jax.core
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.constants import PARSEC, ZETA_UMIST
from eqxfuse._program.one_line import OneLine

Field = float | Float[Array, "..."]


_POSITIVE = ("temperature", "density", "gas_to_grain", "turbulent_velocity")


def wrong_values(field: str, values: np.ndarray) -> tuple[np.ndarray, str]:
    """Which `values` a field of `Conditions` cannot have, and the bound that they break."""
    positive = field in _POSITIVE
    return ~np.isfinite(values) | (values < 0) | (positive & (values == 0)), "positive" if positive else "zero or more"


def _as_float(value):
    """Integers become floats and NumPy values JAX arrays, so that every field can be differentiated."""
    if isinstance(value, Real):
        return float(value)
    return jnp.asarray(value) if isinstance(value, np.ndarray) else value


def brief(value) -> str:
    """A number as it is, an array or what is traced by its shape."""
    known = eqx.is_array_like(value) and not isinstance(value, jax.core.Tracer)
    return str(np.asarray(value)) if known and not jnp.ndim(value) else eqx.tree_pformat(value)


def _is_default(field: dataclasses.Field, value) -> bool:
    if field.default is dataclasses.MISSING:
        return False
    return brief(value) == brief(np.asarray(field.default, getattr(value, "dtype", float)))


def _field(default=dataclasses.MISSING):
    return eqx.field(converter=_as_float, default=default)


class Conditions(eqx.Module, OneLine):
    """Physical conditions of one cell. A pytree: every field can be mapped over and differentiated.

    Each field is a scalar (or an array with the leading axes of a batch).
    """

    temperature: Field = _field()
    """Gas temperature [K]."""
    density: Field = _field()
    """Number density of hydrogen nuclei n_H [cm^-3]."""
    zeta: Field = _field(ZETA_UMIST)
    """Cosmic-ray ionisation rate of H2 [s^-1]."""
    g0: Field = _field(1.0)
    """Far-ultraviolet field in units of the Draine (1978) field [1]."""
    av: Field = _field(10.0)
    """Visual extinction [mag]."""
    albedo: Field = _field(0.5)
    """Dust albedo omega in the far ultraviolet [1], used by cosmic-ray induced photons."""
    dust_temperature: Field = _field(10.0)
    """Temperature of the grains [K]."""
    dust_to_gas: Field = _field(0.01)
    """Dust-to-gas mass ratio [1]."""
    gas_to_grain: Field = _field(1.0 / 1.32e-12)
    """n_H divided by the number density of grains [1] (KIDA's GTODN); the default is for 0.1 um grains."""
    radius: Field = _field(0.05 * PARSEC)
    """Radius of the cloud [cm]; column densities are abundance times density times `radius`."""
    turbulent_velocity: Field = _field(1.0e5)
    """Turbulent line width b [cm s^-1], used by the self-shielding of H2."""

    def __check_init__(self):
        for f in dataclasses.fields(self):
            value = getattr(self, f.name)
            if isinstance(value, str | list | tuple):
                raise TypeError(f"Conditions.{f.name} must be a number or an array of them, got {value!r:.100}")
            if not isinstance(value, float):
                continue
            wrong, bound = wrong_values(f.name, np.array(value))
            if wrong:
                raise ValueError(f"Conditions.{f.name} must be finite and {bound}, got {value!r}")

    def __repr__(self) -> str:
        """Without the fields that have their defaults."""
        values = {f: getattr(self, f.name) for f in dataclasses.fields(self)}
        shown = [f"{f.name}={brief(value)}" for f, value in values.items() if not _is_default(f, value)]
        return f"Conditions({', '.join(shown)})"

    def vector(self) -> Float[Array, " fields"]:
        """All fields [fields], in the order of `FIELDS`. Raises `ValueError` when one of them is not a scalar."""
        for name in FIELDS:
            shape = jnp.shape(getattr(self, name))
            if shape:
                raise ValueError(f"Conditions.{name} must be a scalar, got shape {shape}: use jax.vmap for a batch")
        return jnp.stack([jnp.asarray(getattr(self, name), float) for name in FIELDS])

    @classmethod
    def from_vector(cls, fields: Float[Array, " fields"]) -> "Conditions":
        """The conditions whose `vector` is `fields`."""
        return cls(*(fields[i] for i in range(len(FIELDS))))

    def at_temperature(self, temperature) -> "Conditions":
        """The same conditions at another gas temperature [K]."""
        return eqx.tree_at(lambda c: c.temperature, self, temperature)


FIELDS = tuple(f.name for f in dataclasses.fields(Conditions))
"""The names of the fields of `Conditions`, in order."""
