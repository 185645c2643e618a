"""An `ArgumentParser` whose errors are one line, and the options that several commands share."""

import argparse
from collections.abc import Callable
from typing import Any, NoReturn, get_args

from eqxfuse._cli._network import SHIPPED
from eqxfuse._cli._quantities import parse_names, parse_number
from eqxfuse._formats._read import FORMATS
from eqxfuse._kernels import Backend
from eqxfuse._trajectory_file import SUFFIXES


class Parser(argparse.ArgumentParser):
    """Prints the error and where the help is, instead of the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message} (see '{self.prog} --help')\n")


def argument(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """`parse` as the `type` of an option: its `ValueError`s become the parser's errors, with their text."""

    def convert(text: str) -> Any:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return convert


number = argument(parse_number)


def count(text: str) -> int:
    """A whole number above zero."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above zero")
    return int(text)


def add_network(parser: argparse.ArgumentParser) -> None:
    """`FILE` and `--format`."""
    text = f"network file (UMIST, KIDA, UCLCHEM or latent_tgas), or one of {', '.join(SHIPPED)}"
    parser.add_argument("file", metavar="FILE", help=text)
    parser.add_argument("--format", choices=list(FORMATS), help="format of FILE (default: its content decides)")


def add_solve(parser: argparse.ArgumentParser) -> None:
    """Options of everything that solves and writes a trajectory."""
    parser.add_argument("--out", metavar="DIR", default="out", help="folder for the results (default: ./out)")
    kinds = [suffix[1:] for suffix in SUFFIXES]
    parser.add_argument("--save", choices=kinds, default="npz", help="kind of the data file (default: npz)")
    names = argument(parse_names)
    parser.add_argument("--species", metavar="A,B,...", type=names, help="species in the table and the plot")
    text = "print the reactions that form and destroy these species at the end"
    parser.add_argument("--analyse", metavar="A,B,...", type=names, default=(), help=text)
    group = parser.add_argument_group("solver")
    group.add_argument("--rtol", metavar="X", type=number, default=1e-4, help="relative tolerance (default: 1e-4)")
    group.add_argument("--atol", metavar="X", type=number, default=1e-20, help="absolute tolerance (default: 1e-20)")
    group.add_argument("--outputs", metavar="N", type=count, default=121, help="output times (default: 121)")
    group.add_argument("--max-steps", metavar="N", type=count, default=10_000, help="give up after N (default: 10000)")
    choices = get_args(Backend)
    group.add_argument("--backend", choices=choices, default="auto", help="how code is generated (default: auto)")
