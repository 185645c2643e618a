"""Options for the physical conditions: one for each field of `Conditions`."""

import argparse
import dataclasses

from eqxfuse._cli._errors import UsageError
from eqxfuse._cli._parser import number
from eqxfuse._conditions import Conditions

_MAIN = {
    "temperature": "gas temperature [K]",
    "density": "number density of hydrogen nuclei n_H [cm^-3]",
    "zeta": "cosmic-ray ionisation rate of H2 [s^-1]",
    "g0": "far-ultraviolet field, in units of the Draine field",
    "av": "visual extinction [mag]",
}
_FURTHER = {
    "albedo": "dust albedo in the far ultraviolet",
    "dust_temperature": "temperature of the grains [K]",
    "dust_to_gas": "dust-to-gas mass ratio",
    "gas_to_grain": "n_H over the number density of grains",
    "radius": "radius of the cloud [cm], for column densities",
    "turbulent_velocity": "turbulent line width [cm s^-1]",
}

_TEXT = (
    ("temperature", "T", " K"),
    ("density", "n_H", " cm^-3"),
    ("zeta", "zeta", " s^-1"),
    ("g0", "G0", ""),
    ("av", "Av", " mag"),
)
_MATH = (
    ("temperature", "$T$", " K"),
    ("density", r"$n_\mathrm{H}$", " cm$^{-3}$"),
    ("zeta", r"$\zeta$", " s$^{-1}$"),
    ("g0", "$G_0$", ""),
    ("av", "$A_V$", " mag"),
)


def add_conditions(parser: argparse.ArgumentParser, **own_defaults: float) -> None:
    """An option for each condition, with the default of `Conditions`; those without any (and not in `own_defaults`)
    are required.
    """
    defaults = {f.name: f.default for f in dataclasses.fields(Conditions)} | own_defaults
    for title, texts in (("physical conditions", _MAIN), ("further conditions", _FURTHER)):
        group = parser.add_argument_group(title)
        for name, text in texts.items():
            option, default = f"--{name.replace('_', '-')}", defaults[name]
            if default is dataclasses.MISSING:
                group.add_argument(option, metavar="X", type=number, required=True, help=text)
            else:
                text = f"{text} (default: {default:.4g})"
                group.add_argument(option, metavar="X", type=number, default=default, help=text)


def read_conditions(options: argparse.Namespace) -> Conditions:
    """The conditions that `options` ask for. Raises `UsageError`."""
    try:
        return Conditions(**{name: getattr(options, name) for name in (*_MAIN, *_FURTHER)})
    except ValueError as error:
        raise UsageError(str(error)) from error


def describe(conditions: Conditions) -> str:
    """The main ones in one line."""
    return ", ".join(f"{name} = {_value(conditions, field)}{unit}" for field, name, unit in _TEXT)


def typeset(conditions: Conditions) -> str:
    """As `describe`, for Matplotlib."""
    return ", ".join(f"{name} = {_value(conditions, field)}{unit}" for field, name, unit in _MATH)


def _value(conditions: Conditions, field: str) -> str:
    return f"{getattr(conditions, field):.4g}"
