"""The physical conditions that rate coefficients depend on."""

import dataclasses
from numbers import Real
from typing import Any

import equinox as eqx
import jax.core
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.constants import PARSEC, ZETA_UMIST
from eqxfuse._html import table, titled
from eqxfuse._program.one_line import OneLine

Field = float | Float[Array, "..."]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Facts:
    """What a field of `Conditions` is."""

    default: float | None
    """None where a value has to be given."""
    unit: str
    meaning: str
    use: str = ""
    """What needs it, where few rates do."""
    largest: float
    """No rate law holds beyond: what is larger is a slip, or the wrong unit."""
    positive: bool = False
    """Whether it cannot be 0."""
    signed: bool = False
    """Whether it can be negative."""
    symbol: str = ""
    """What titles call it, also in TeX (`tex`); empty for what is rarely changed."""
    tex: str = ""

    @property
    def text(self) -> str:
        """Meaning, unit and use in one line."""
        unit = "" if self.unit == "1" else f" [{self.unit}]"
        return f"{self.meaning}{unit}{self.use and f', {self.use}'}"


def wrong_values(field: str, values: np.ndarray) -> tuple[np.ndarray, str]:
    """Which `values` a field of `Conditions` cannot have, and the bound that they break."""
    facts = FACTS[field]
    wrong = ~np.isfinite(values) | ((values < 0) & (not facts.signed)) | (facts.positive & (values == 0))
    return wrong, "positive" if facts.positive else "of either sign" if facts.signed else "zero or more"


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


def _field(default: float | None = None, **facts: Any):
    """A field that carries its `Facts`."""
    given = dataclasses.MISSING if default is None else default
    return eqx.field(converter=_as_float, default=given, metadata={"facts": Facts(default=default, **facts)})


class Conditions(eqx.Module, OneLine):
    """Physical conditions of one cell. A pytree: every field can be mapped over and differentiated.

    Each field is a scalar (or an array with the leading axes of a batch). Raises `ValueError` for a number that is not
    finite, or negative or 0 where that makes no sense.
    """

    temperature: Field = _field(unit="K", meaning="gas temperature", largest=1e9, positive=True, symbol="T", tex="$T$")
    """Gas temperature [K]."""
    density: Field = _field(
        unit="cm^-3",
        meaning="number density of hydrogen nuclei n_H",
        largest=1e25,
        positive=True,
        symbol="n_H",
        tex=r"$n_\mathrm{H}$",
    )
    """Number density of hydrogen nuclei n_H [cm^-3]."""
    zeta: Field = _field(
        ZETA_UMIST, unit="s^-1", meaning="cosmic-ray ionisation rate of H2", largest=1.0, symbol="zeta", tex=r"$\zeta$"
    )
    """Cosmic-ray ionisation rate of H2 [s^-1]."""
    g0: Field = _field(
        1.0,
        unit="1",
        meaning="far-ultraviolet field in units of the Draine (1978) field",
        largest=1e15,
        symbol="G0",
        tex="$G_0$",
    )
    """Far-ultraviolet field in units of the Draine (1978) field [1]."""
    av: Field = _field(10.0, unit="mag", meaning="visual extinction", largest=1e6, symbol="Av", tex="$A_V$")
    """Visual extinction [mag]."""
    albedo: Field = _field(
        0.5, unit="1", meaning="dust albedo in the far ultraviolet", use="for cosmic-ray induced photons", largest=0.999
    )
    """Dust albedo in the far ultraviolet [1], for cosmic-ray induced photons."""
    dust_temperature: Field = _field(10.0, unit="K", meaning="temperature of the grains", largest=1e4)
    """Temperature of the grains [K]."""
    dust_to_gas: Field = _field(0.01, unit="1", meaning="dust-to-gas mass ratio", largest=1.0)
    """Dust-to-gas mass ratio [1]."""
    gas_to_grain: Field = _field(
        1.0 / 1.32e-12, unit="1", meaning="n_H over the number density of grains", largest=1e30, positive=True
    )
    """n_H over the number density of grains [1] (KIDA's GTODN); the default is for 0.1 um grains."""
    radius: Field = _field(
        0.05 * PARSEC, unit="cm", meaning="radius of the cloud", use="for column densities", largest=1e25
    )
    """Radius of the cloud [cm], for column densities: abundance times density times `radius`."""
    turbulent_velocity: Field = _field(
        1.0e5,
        unit="cm s^-1",
        meaning="turbulent line width b",
        use="for the self-shielding of H2",
        largest=3e10,
        positive=True,
    )
    """Turbulent line width b [cm s^-1], for the self-shielding of H2."""
    cmb_temperature: Field = _field(
        2.725, unit="K", meaning="temperature of the cosmic microwave background", largest=1e5, positive=True
    )
    """Temperature of the cosmic microwave background [K]; 2.725 (1 + z)."""
    velocity_gradient: Field = _field(
        1.0e5 / PARSEC,
        unit="s^-1",
        meaning="velocity gradient",
        use="for the escape of line photons",
        largest=1e3,
        positive=True,
    )
    """Velocity gradient [s^-1], for the escape of line photons; the default is 1 km/s a parsec."""
    ortho_para_ratio: Field = _field(3.0, unit="1", meaning="ratio of ortho- to para-H2", largest=1e6)
    """Ratio of ortho- to para-H2 [1]."""
    compression_rate: Field = _field(
        0.0, unit="s^-1", meaning="rate d ln(n_H)/dt at which the gas is compressed", largest=1e3, signed=True
    )
    """Rate d ln(n_H)/dt at which the gas is compressed [s^-1]; negative where it expands."""

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

    def _repr_html_(self) -> str:
        rows = [
            (f.name, in_range(getattr(self, f.name)), FACTS[f.name].unit, FACTS[f.name].meaning)
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


FACTS: dict[str, Facts] = {f.name: f.metadata["facts"] for f in dataclasses.fields(Conditions)}
"""What the fields of `Conditions` are, by name and in order."""

FIELDS = tuple(FACTS)
"""The names of the fields of `Conditions`, in order."""
