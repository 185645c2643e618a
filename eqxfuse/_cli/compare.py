"""`eqxfuse compare`: what tells two networks apart, with the exit status of `diff`."""

import argparse

from eqxfuse._analysis.comparison import compare as compare_networks
from eqxfuse._chemistry.network import Network
from eqxfuse._cli.conditions import add_conditions, describe, read_conditions
from eqxfuse._cli.errors import CommandError, UsageError
from eqxfuse._cli.inputs import check_parameters, read
from eqxfuse._cli.parser import add_grains, add_out_of_range, add_unsupported, number
from eqxfuse._formats.uclchem_ice import Grains


def add_compare(parser: argparse.ArgumentParser) -> None:
    for letter in "AB":
        text = "network file, or the name of a network that ships with eqxfuse"
        parser.add_argument(letter.lower(), metavar=letter, help=text)
        add_grains(parser, letter)
    text = "coefficients are equal within this part of the larger one (default: 1e-6)"
    parser.add_argument("--rtol", metavar="X", type=number, default=1e-6, help=text)
    parser.add_argument("--all", action="store_true", help="list all findings, not the first 10 of each kind")
    add_out_of_range(parser)
    add_unsupported(parser)
    add_conditions(parser, temperature=10.0, density=1e4)
    parser.set_defaults(command=compare, trouble=2)


def compare(options: argparse.Namespace) -> int:
    """1 where the networks differ, 0 where they do not. Raises `UsageError` (status 2) for whatever goes wrong."""
    conditions = read_conditions(options)
    a = _open(options.a, options, options.species_file_a, options.grains_a)
    b = _open(options.b, options, options.species_file_b, options.grains_b)
    check_parameters(conditions, a, b)
    comparison = compare_networks(a, b, conditions, rtol=options.rtol)
    print(f"{comparison.table(None if options.all else 10)}\ncoefficients are those at {describe(conditions)}")
    print(f"outside their ranges of temperature: A {a.policies}, B {b.policies}")
    return 0 if comparison.equal else 1


def _open(name: str, options: argparse.Namespace, species: str | None, grains: Grains) -> Network:
    try:
        return read(name, None, options.out_of_range, options.unsupported, species, grains)
    except CommandError as error:
        raise UsageError(str(error)) from error
