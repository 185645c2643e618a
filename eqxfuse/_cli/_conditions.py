"""Options for the physical conditions: one for each field of `Conditions`."""

import argparse
import dataclasses

from eqxfuse._cli._errors import usage
from eqxfuse._cli._quantities import parse_number
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


def add_conditions(parser: argparse.ArgumentParser) -> None:
    """`--temperature` and `--density` are required; the others have the defaults of `Conditions`."""
    fields = {f.name: f for f in dataclasses.fields(Conditions)}
    for title, texts in (("physical conditions", _MAIN), ("further conditions", _FURTHER)):
        group = parser.add_argument_group(title)
        for name, text in texts.items():
            default = fields[name].default
            required = default is dataclasses.MISSING
            group.add_argument(
                f"--{name.replace('_', '-')}",
                metavar="X",
                required=required,
                default=None if required else f"{default:g}",
                help=text if required else f"{text} (default: %(default)s)",
            )


def read_conditions(options: argparse.Namespace) -> Conditions:
    """The conditions that `options` ask for. Raises `UsageError`."""
    values = {}
    for name in (*_MAIN, *_FURTHER):
        with usage(f"--{name.replace('_', '-')}"):
            values[name] = parse_number(getattr(options, name))
    with usage("physical conditions"):
        return Conditions(**values)


def describe(conditions: Conditions) -> str:
    """The main ones in one line."""
    c = conditions
    return f"T = {c.temperature:g} K, n_H = {c.density:g} cm^-3, zeta = {c.zeta:g} s^-1, G0 = {c.g0:g}, Av = {c.av:g}"
