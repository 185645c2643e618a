"""The physical conditions that rate coefficients depend on."""

import dataclasses
from numbers import Real

import equinox as eqx
import jax.core
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.constants import PARSEC, ZETA_UMIST
from eqxfuse._html import table, titled
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
    return str(np.asarray(value)) if _is_known(value) and not jnp.ndim(value) else eqx.tree_pformat(value)


def _is_known(value) -> bool:
    return eqx.is_array_like(value) and not isinstance(value, jax.core.Tracer)


def in_range(value) -> str:
    """As `brief`, with the smallest and the largest number of an array."""
    if not _is_known(value) or not np.size(value) or not np.ndim(value):
        return brief(value)
    numbers = np.asarray(value)
    return f"{brief(value)}, {numbers.min():.4g} to {numbers.max():.4g}"


def _is_default(field: dataclasses.Field, value) -> bool:
    if field.default is dataclasses.MISSING:
        return False
    return brief(value) == brief(np.asarray(field.default, getattr(value, "dtype", float)))


def _field(unit: str, meaning: str, default=dataclasses.MISSING):
    return eqx.field(converter=_as_float, default=default, metadata={"unit": unit, "meaning": meaning})


class Conditions(eqx.Module, OneLine):
    """Physical conditions of one cell. A pytree: every field can be mapped over and differentiated.

    Each field is a scalar (or an array with the leading axes of a batch). Raises `ValueError` for a number that is not
    finite, or negative, or 0 where that makes no sense.
    """

    temperature: Field = _field("K", "gas temperature")
    density: Field = _field("cm^-3", "number density of hydrogen nuclei n_H")
    zeta: Field = _field("s^-1", "cosmic-ray ionisation rate of H2", ZETA_UMIST)
    g0: Field = _field("1", "far-ultraviolet field, in units of the Draine (1978) field", 1.0)
    av: Field = _field("mag", "visual extinction", 10.0)
    albedo: Field = _field("1", "dust albedo omega in the far ultraviolet, for cosmic-ray induced photons", 0.5)
    dust_temperature: Field = _field("K", "temperature of the grains", 10.0)
    dust_to_gas: Field = _field("1", "dust-to-gas mass ratio", 0.01)
    gas_to_grain: Field = _field("1", "n_H over the number density of grains (KIDA's GTODN)", 1.0 / 1.32e-12)
    """The default is for 0.1 um grains."""
    radius: Field = _field("cm", "radius of the cloud", 0.05 * PARSEC)
    """Column densities are abundance times density times `radius`."""
    turbulent_velocity: Field = _field("cm s^-1", "turbulent line width b, for the self-shielding of H2", 1.0e5)

    def __check_init__(self):
        for f in dataclasses.fields(self):
            value = getattr(self, f.name)
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

    def _repr_html_(self) -> str:
        rows = [
            (f.name, in_range(getattr(self, f.name)), f.metadata["unit"], f.metadata["meaning"])
            for f in dataclasses.fields(self)
        ]
        return titled("Conditions", table(("", "value", "unit", "meaning"), rows))

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


def meaning_of(field: str) -> str:
    """What a field is, with its unit: `gas temperature [K]`."""
    (facts,) = (f.metadata for f in dataclasses.fields(Conditions) if f.name == field)
    return f"{facts['meaning']} [{facts['unit']}]"
