"""An `ArgumentParser` whose errors are one line, and the options that several commands share."""

import argparse
from collections.abc import Callable
from typing import Any, NoReturn, get_args

from eqxfuse._chemistry.rate_laws import OutOfRange
from eqxfuse._cli.inputs import SHIPPED
from eqxfuse._cli.quantities import (
    parse_abundances,
    parse_count,
    parse_names,
    parse_number,
    parse_time,
    parse_tolerance,
)
from eqxfuse._cli.settings import apply_settings, settings_file
from eqxfuse._cli.thermal import SETS, parse_sets
from eqxfuse._formats.read import FORMATS, Unsupported
from eqxfuse._formats.uclchem_ice import Grains
from eqxfuse._kernels import Backend
from eqxfuse._solve.trajectory.files import SUFFIXES


class Parser(argparse.ArgumentParser):
    """Prints the error and where the help is, instead of the whole usage; reads the file of `--settings`."""

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, allow_abbrev=False, **options)

    def parse_known_args(self, args=None, namespace=None):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Also the entry for the arguments of a command."""
        path = settings_file(list(args or ())) if "--settings" in self._option_string_actions else None
        if path is not None:
            try:
                apply_settings(self, path)
            except ValueError as error:
                self.error(str(error))
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message} (see '{self.prog} --help')\n")


class Argument:
    """`parse` as the `type` of an option: its `ValueError`s become the parser's errors, with their text.

    `accepts` are the types that a settings file may give for that text.
    """

    def __init__(self, parse: Callable[[str], Any], *accepts: type):
        self.parse = parse
        self.accepts = accepts or (str,)

    def __call__(self, text: str) -> Any:
        try:
            return self.parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None


number = Argument(parse_number, float)
tolerance = Argument(parse_tolerance, float)
count = Argument(parse_count, int)
names = Argument(parse_names, str, list)


def add_network(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """`FILE`, which may be left out where there is a `default`, and how it is read."""
    formats = "UMIST, KIDA, UCLCHEM, latent_tgas, KROME, PRIZMO or eqxfuse's own"
    text = f"network file ({formats}), or one of {', '.join(SHIPPED)}"
    if default is None:
        parser.add_argument("file", metavar="FILE", help=text)
    else:
        parser.add_argument("file", metavar="FILE", nargs="?", default=default, help=f"{text} (default: {default})")
    parser.add_argument("--format", choices=list(FORMATS), help="format of FILE (default: its content decides)")
    add_grains(parser)
    add_out_of_range(parser)
    add_unsupported(parser)


def add_grains(parser: argparse.ArgumentParser, of: str = "") -> None:
    """`--species-file` and `--grains`, or those `of` one of several networks."""
    suffix, which = (f"-{of.lower()}", f" of {of}") if of else ("", "")
    text = f"file of species{which} (UCLCHEM's csv), for its ice on grains"
    parser.add_argument(f"--species-file{suffix}", metavar="FILE", help=text)
    text = f"rows of grains{which}: laws as published, as UCLCHEM computes them, or left out (default: published)"
    parser.add_argument(f"--grains{suffix}", choices=get_args(Grains), default="published", help=text)


def add_unsupported(parser: argparse.ArgumentParser) -> None:
    """`--unsupported`."""
    text = "rows that need what eqxfuse does not have: refuse the file, or leave them out (default: refuse)"
    parser.add_argument("--unsupported", choices=get_args(Unsupported), default="refuse", help=text)


def add_out_of_range(parser: argparse.ArgumentParser) -> None:
    """`--out-of-range`."""
    text = (
        "coefficients outside their ranges of temperature: the formula itself, no more than its value at the limit, "
        "that value, or 0 (default: that of the format; UMIST and PRIZMO extrapolate, KIDA clamp, KROME zero, "
        "UCLCHEM zero unless the row says extrapolate)"
    )
    parser.add_argument("--out-of-range", choices=get_args(OutOfRange), help=text)


def add_start(parser: argparse.ArgumentParser) -> None:
    """`--initial` and `--t-end`."""
    add_initial(parser)
    text = "end of the solve, with its unit: s, yr, kyr, Myr or Gyr"
    parser.add_argument("--t-end", metavar="TIME", type=Argument(parse_time), required=True, help=text)


def add_initial(parser: argparse.ArgumentParser, otherwise: str = "") -> None:
    """`--initial`, which is required unless it is said what holds `otherwise`."""
    text = "initial abundances n/n_H; species that are not named start from zero" + otherwise
    initial = Argument(parse_abundances, str, dict)
    parser.add_argument("--initial", metavar="A=X,B=Y,...", type=initial, required=not otherwise, help=text)


def add_thermal(parser: argparse.ArgumentParser, use: str, default: str = "") -> None:
    """`--thermal`; `use` says what for."""
    choice = f"{', '.join(SETS)} (those that FILE gives), or two of them, as in primordial,file"
    text = f"{use} processes that heat and cool: {choice} (default: {default or 'none'})"
    parser.add_argument("--thermal", metavar="SET", type=Argument(parse_sets), default=default or (), help=text)


def add_energy(parser: argparse.ArgumentParser) -> None:
    """`--energy`."""
    text = "print and draw, too, what heats and cools the gas (with --thermal)"
    parser.add_argument("--energy", action="store_true", help=text)


def add_solve(parser: argparse.ArgumentParser) -> None:
    """Options of what solves once and writes a trajectory."""
    add_output(parser)
    text = "print the reactions that form and destroy these species at the end"
    parser.add_argument("--analyse", metavar="A,B,...", type=names, default=(), help=text)
    add_solver(parser, outputs=121)


def add_output(parser: argparse.ArgumentParser) -> None:
    """`--out`, `--save` and `--species`."""
    parser.add_argument("--out", metavar="DIR", default="out", help="folder for the results (default: ./out)")
    kinds = [suffix[1:] for suffix in SUFFIXES]
    parser.add_argument("--save", choices=kinds, default="npz", help="kind of the data file (default: npz)")
    parser.add_argument("--species", metavar="A,B,...", type=names, help="species in the table and the plot")


def add_solver(parser: argparse.ArgumentParser, outputs: int) -> None:
    """Options of the solver; `outputs` is the default for the number of output times."""
    group = parser.add_argument_group("solver")
    group.add_argument("--rtol", metavar="X", type=tolerance, default=1e-4, help="relative tolerance (default: 1e-4)")
    group.add_argument("--atol", metavar="X", type=number, default=1e-20, help="absolute tolerance (default: 1e-20)")
    text = f"output times, the last at the end (default: {outputs})"
    group.add_argument("--outputs", metavar="N", type=count, default=outputs, help=text)
    group.add_argument("--max-steps", metavar="N", type=count, default=10_000, help="give up after N (default: 10000)")
    choices = get_args(Backend)
    group.add_argument("--backend", choices=choices, default="auto", help="how code is generated (default: auto)")
