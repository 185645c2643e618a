"""The physical conditions that rate coefficients depend on."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from keyword import iskeyword
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
    logarithmic: bool = False
    """Whether it spans decades, so that its logarithm is what is smooth between the rows of a table."""
    symbol: str = ""
    """What titles call it, also in TeX (`tex`); empty for what is rarely changed."""
    tex: str = ""

    @property
    def text(self) -> str:
        """Meaning, unit and use in one line."""
        unit = "" if self.unit == "1" else f" [{self.unit}]"
        return f"{self.meaning}{unit}{self.use and f', {self.use}'}"


def wrong_values(field: str, values: np.ndarray) -> tuple[np.ndarray, str]:
    """Which `values` a field of `Conditions`, or a parameter, cannot have, and the bound that they break, if any."""
    if field not in FACTS or FACTS[field].signed:
        return ~np.isfinite(values), ""
    positive = FACTS[field].positive
    return ~np.isfinite(values) | (values < 0) | (positive & (values == 0)), "positive" if positive else "zero or more"


def require_known(given: Iterable[str], needed: Iterable[str], whose: str = "the rates") -> None:
    """Raise `ValueError` unless the names of `given` and `needed` parameters are the same."""
    given, needed = set(given), set(needed)
    missing, unknown = sorted(needed - given), sorted(given - needed)
    if missing:
        line = ", ".join(f'"{name}": ...' for name in missing)
        raise ValueError(
            f"{whose} need {', '.join(missing)}, which Conditions do not give: "
            f"write Conditions(..., parameters={{{line}}})"
        )
    if unknown:
        near = get_close_matches(unknown[0], needed, n=1, cutoff=0.5)
        have = f"they have {', '.join(sorted(needed))}" if needed else "they have none"
        raise ValueError(
            f"{whose} have no parameter {unknown[0]!r}{f'; did you mean {near[0]}?' if near else f': {have}'}"
        )


def _as_float(value):
    """Integers become floats and NumPy values JAX arrays, so that every field can be differentiated."""
    if isinstance(value, Real):
        return float(value)
    return jnp.asarray(value) if isinstance(value, np.ndarray) else value


def _as_parameters(values) -> dict[str, Field]:
    """By name, in alphabetical order. Raises `ValueError` and `TypeError` for what can be no parameters."""
    if not isinstance(values, Mapping):
        raise TypeError(f'Conditions.parameters must be a dict such as {{"user_J21": 1e-2}}, got {values!r:.100}')
    for name in values:
        if not isinstance(name, str) or not name.isidentifier() or iskeyword(name) or name.startswith("_"):
            raise ValueError(f"a parameter has a name such as user_J21, of letters, digits and _, got {name!r}")
        if hasattr(Conditions, name) or name in Conditions.__dataclass_fields__:
            raise ValueError(f"a parameter cannot be called {name!r}: Conditions have something of that name")
    return {name: _as_float(values[name]) for name in sorted(values)}


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


def _column(species: str) -> Any:
    use = "for shielding, beside that over the radius"
    meaning = f"column of {species} in front of the cell"
    return _field(0.0, unit="cm^-2", meaning=meaning, use=use, largest=1e30, logarithmic=True)


class Conditions(eqx.Module, OneLine):
    """Physical conditions of one cell. A pytree: every field can be mapped over and differentiated.

    Each field is a scalar (or an array with the leading axes of a batch), and so is each of the `parameters`, which can
    be read as fields, too. Raises `ValueError` for a number that is not finite, or negative, or 0 where that makes no
    sense (parameters may be any finite number), and for a name that no parameter can have.
    """

    temperature: Field = _field(
        unit="K", meaning="gas temperature", largest=1e9, positive=True, symbol="T", tex="$T$", logarithmic=True
    )
    """Gas temperature [K]."""
    density: Field = _field(
        unit="cm^-3",
        meaning="number density of hydrogen nuclei n_H",
        largest=1e25,
        positive=True,
        symbol="n_H",
        tex=r"$n_\mathrm{H}$",
        logarithmic=True,
    )
    """Number density of hydrogen nuclei n_H [cm^-3]."""
    zeta: Field = _field(
        ZETA_UMIST,
        unit="s^-1",
        meaning="cosmic-ray ionisation rate of H2",
        largest=1.0,
        symbol="zeta",
        tex=r"$\zeta$",
        logarithmic=True,
    )
    """Cosmic-ray ionisation rate of H2 [s^-1]."""
    g0: Field = _field(
        1.0,
        unit="1",
        meaning="far-ultraviolet field in units of the Draine (1978) field",
        largest=1e15,
        symbol="G0",
        tex="$G_0$",
        logarithmic=True,
    )
    """Far-ultraviolet field in units of the Draine (1978) field [1]."""
    av: Field = _field(10.0, unit="mag", meaning="visual extinction", largest=1e6, symbol="Av", tex="$A_V$")
    """Visual extinction [mag]."""
    albedo: Field = _field(
        0.5, unit="1", meaning="dust albedo in the far ultraviolet", use="for cosmic-ray induced photons", largest=0.999
    )
    """Dust albedo in the far ultraviolet [1], for cosmic-ray induced photons."""
    dust_temperature: Field = _field(10.0, unit="K", meaning="temperature of the grains", largest=1e4, logarithmic=True)
    """Temperature of the grains [K]."""
    dust_to_gas: Field = _field(0.01, unit="1", meaning="dust-to-gas mass ratio", largest=1.0)
    """Dust-to-gas mass ratio [1]."""
    gas_to_grain: Field = _field(
        1.0 / 1.32e-12,
        unit="1",
        meaning="n_H over the number density of grains",
        largest=1e30,
        positive=True,
        logarithmic=True,
    )
    """n_H over the number density of grains [1] (KIDA's GTODN); the default is for 0.1 um grains."""
    radius: Field = _field(
        0.05 * PARSEC,
        unit="cm",
        meaning="radius of the cloud",
        use="for column densities",
        largest=1e25,
        logarithmic=True,
    )
    """Radius of the cloud [cm], for column densities: abundance times density times `radius`."""
    turbulent_velocity: Field = _field(
        1.0e5,
        unit="cm s^-1",
        meaning="turbulent line width b",
        use="for the self-shielding of H2",
        largest=3e10,
        positive=True,
        logarithmic=True,
    )
    """Turbulent line width b [cm s^-1], for the self-shielding of H2."""
    cmb_temperature: Field = _field(
        2.725,
        unit="K",
        meaning="temperature of the cosmic microwave background",
        largest=1e5,
        positive=True,
        logarithmic=True,
    )
    """Temperature of the cosmic microwave background [K]; 2.725 (1 + z)."""
    velocity_gradient: Field = _field(
        1.0e5 / PARSEC,
        unit="s^-1",
        meaning="velocity gradient",
        use="for the escape of line photons",
        largest=1e3,
        positive=True,
        logarithmic=True,
    )
    """Velocity gradient [s^-1], for the escape of line photons; the default is 1 km/s a parsec."""
    ortho_para_ratio: Field = _field(3.0, unit="1", meaning="ratio of ortho- to para-H2", largest=1e6)
    """Ratio of ortho- to para-H2 [1]."""
    compression_rate: Field = _field(
        0.0, unit="s^-1", meaning="rate d ln(n_H)/dt at which the gas is compressed", largest=1e3, signed=True
    )
    """Rate d ln(n_H)/dt at which the gas is compressed [s^-1]; negative where it expands."""
    grain_radius: Field = _field(1.0e-5, unit="cm", meaning="radius of the grains", largest=1.0, positive=True)
    """Radius of the grains [cm], for their number of sites."""
    site_density: Field = _field(
        1.5e15, unit="cm^-2", meaning="sites on a square centimetre of grain", largest=1e20, positive=True
    )
    """Sites on a square centimetre of grain [cm^-2], each for one species of the ice."""
    grain_cross_section: Field = _field(
        8.1905e-22, unit="cm^2", meaning="cross section of the grains for each hydrogen nucleus", largest=1e-15
    )
    """Cross section of the grains for each hydrogen nucleus [cm^2], for accretion and for photons and cosmic rays that
    hit them (the mean of Cazaux & Tielens 2004). It does not follow from `grain_radius`, `gas_to_grain` or
    `dust_to_gas`: a change of one leaves the others."""
    surface_barrier_ratio: Field = _field(
        0.5, unit="1", meaning="barrier for hopping on the surface of ice, over the binding energy", largest=10.0
    )
    """Barrier for hopping on the surface of ice, over the binding energy [1]."""
    bulk_barrier_ratio: Field = _field(
        0.5, unit="1", meaning="barrier for hopping in the bulk of ice, over the binding energy", largest=10.0
    )
    """Barrier for hopping in the bulk of ice, over the binding energy [1]."""
    barrier_width: Field = _field(
        1.4e-8, unit="cm", meaning="width of the barriers of reactions in ice", use="for tunnelling", largest=1.0
    )
    """Width of the barriers of reactions in ice [cm], for tunnelling."""
    uv_yield: Field = _field(0.03, unit="1", meaning="species of ice that an ultraviolet photon sets free", largest=1e6)
    """Species of ice that an ultraviolet photon sets free [1]."""
    h2_yield: Field = _field(0.01, unit="1", meaning="species of ice that the formation of H2 sets free", largest=1e6)
    """Species of ice that the formation of H2 sets free [1], each time."""
    cosmic_ray_yield: Field = _field(
        1.0e5, unit="1", meaning="species of ice that a heavy cosmic ray sets free", largest=1e12
    )
    """Species of ice that a heavy cosmic ray sets free [1]."""
    h2_column: Field = _column("H2")
    """Column of H2 in front of the cell [cm^-2], for shielding, beside that over the radius."""
    co_column: Field = _column("CO")
    """Column of CO in front of the cell [cm^-2], for shielding, beside that over the radius."""
    c_column: Field = _column("C")
    """Column of C in front of the cell [cm^-2], for shielding, beside that over the radius."""
    parameters: dict[str, Field] = eqx.field(converter=_as_parameters, default_factory=dict)
    """Named quantities that the network's rates need beside the others (`Network.parameters`), such as
    `{"user_J21": 1e-2}`, in whatever units the rates take them."""

    def __getattr__(self, name: str) -> Field:
        """A parameter."""
        parameters = self.__dict__.get("parameters", {})
        if name in parameters:
            return parameters[name]
        raise AttributeError(f"Conditions have no field and no parameter {name!r}")

    def __check_init__(self):
        for name, value in self.named().items():
            if isinstance(value, str | list | tuple):
                raise TypeError(f"Conditions.{name} must be a number or an array of them, got {value!r:.100}")
            if not isinstance(value, float):
                continue
            wrong, bound = wrong_values(name, np.array(value))
            if wrong:
                raise ValueError(f"Conditions.{name} must be finite{bound and f' and {bound}'}, got {value!r}")

    def __repr__(self) -> str:
        """Without the fields that have their defaults."""
        values = {f: getattr(self, f.name) for f in dataclasses.fields(self) if f.name in FACTS}
        shown = [f"{f.name}={brief(value)}" for f, value in values.items() if not _is_default(f, value)]
        own = ", ".join(f"{name!r}: {brief(value)}" for name, value in self.parameters.items())
        return f"Conditions({', '.join([*shown, f'parameters={{{own}}}'] if own else shown)})"

    def _repr_html_(self) -> str:
        rows = [(name, in_range(getattr(self, name)), facts.unit, facts.meaning) for name, facts in FACTS.items()]
        rows += [(name, in_range(value), "", PARAMETER) for name, value in self.parameters.items()]
        return titled("Conditions", table(("", "value", "unit", "meaning"), rows))

    def named(self) -> dict[str, Field]:
        """All fields by name, in the order of `FIELDS`, and behind them the parameters."""
        return {name: getattr(self, name) for name in FIELDS} | self.parameters

    def vector(self, parameters: Sequence[str] = ()) -> Float[Array, " fields"]:
        """All fields, in the order of `FIELDS`, and behind them `parameters`, which must be all that there are.

        Raises `ValueError` when one of them is not a scalar, and for parameters that are not there or not named.
        """
        require_known(self.parameters, parameters)
        values = [getattr(self, name) for name in (*FIELDS, *parameters)]
        for name, value in zip((*FIELDS, *parameters), values, strict=True):
            if jnp.shape(value):
                shape = jnp.shape(value)
                raise ValueError(f"Conditions.{name} must be a scalar, got shape {shape}: use jax.vmap for a batch")
        return jnp.stack([jnp.asarray(value, float) for value in values])

    @classmethod
    def from_vector(cls, fields: Sequence | Float[Array, " fields"], parameters: Sequence[str] = ()) -> "Conditions":
        """The conditions whose `vector` is `fields`, an array or a sequence of scalars."""
        count = len(FIELDS)
        own = {name: fields[count + i] for i, name in enumerate(parameters)}
        return cls(**{name: fields[i] for i, name in enumerate(FIELDS)}, parameters=own)

    def at_temperature(self, temperature) -> "Conditions":
        """The same conditions at another gas temperature [K]."""
        return eqx.tree_at(lambda c: c.temperature, self, temperature)


FACTS: dict[str, Facts] = {f.name: f.metadata["facts"] for f in dataclasses.fields(Conditions) if "facts" in f.metadata}
"""What the fields of `Conditions` are but for the parameters, by name and in order."""

FIELDS = tuple(FACTS)
"""The names of the fields of `Conditions` but for the parameters, in order."""

PARAMETER = "parameter of the rates"
"""What a parameter means, for all that is known of it."""
