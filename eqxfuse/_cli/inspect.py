"""`eqxfuse inspect`: what a network file holds, and what it costs to build."""

import argparse
from collections.abc import Sequence

import numpy as np

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.lists import counted
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.ranges import warn_of_ranges
from eqxfuse._chemistry.thermal import Process
from eqxfuse._cli.inputs import open_network
from eqxfuse._cli.parser import add_network, add_thermal, number
from eqxfuse._cli.thermal import thermal_processes
from eqxfuse._lower.rhs import lower_rhs
from eqxfuse._program.ir import Program

_SHOWN = 5

_DENSITY = 1e4
"""[cm^-3] for the coefficients, none of which is shown that depends on it."""

_COMPILE = {"llvm": (0.15, 70e-6), "vectorized": (0.3, 25e-6), "jax": (0.3, 1.3e-3)}
"""Seconds to build and compile a right-hand side, and those for each addition or multiplication in it. Measured on
networks of 16 to 737 species, on one core of a server."""


def add_inspect(parser: argparse.ArgumentParser) -> None:
    add_network(parser)
    text = "temperature [K] at which to look for rates outside their range (default: 10)"
    parser.add_argument("--temperature", metavar="T", type=number, default=10.0, help=text)
    add_thermal(parser, "list these")
    parser.add_argument("--all", action="store_true", help=f"list all findings, not the first {_SHOWN} of each kind")
    parser.set_defaults(command=inspect)


def inspect(options: argparse.Namespace) -> None:
    network = open_network(options)
    warn_of_ranges(network, _conditions(network, options.temperature))
    findings = (
        _out_of_range(network, options.temperature),
        ("equations that stand more than once (every row counts)", _duplicates(network)),
        ("reactions that do not conserve charge or an element", _conservation_errors(network)),
        ("reactions of species that are not a formula, so not judged", [_row(network, j) for j in network.unjudged()]),
    )
    print(network.summary())
    if options.thermal:
        processes = thermal_processes(network, options.thermal)
        print(f"\nheating and cooling: {len(processes)}", *(_process(p, network) for p in processes), sep="\n")
    for title, lines in findings:
        if lines:
            print(f"\n{title}: {len(lines)}", *_first(lines, None if options.all else _SHOWN), sep="\n")
    print(f"\n{_extrapolation(network, options.temperature)}\n{_cost(lower_rhs(network))}")


def _conditions(network: Network, temperature: float) -> Conditions:
    """With 1 for every parameter: what is compared are two values of one coefficient."""
    return Conditions(temperature=temperature, density=_DENSITY, parameters=dict.fromkeys(network.parameters, 1.0))


def _process(process: Process, network: Network) -> str:
    lacking = f"  [nothing of it, for want of {', '.join(missing)}]" if (missing := process.missing(network)) else ""
    needed = f"  [needs {', '.join(process.needed_parameters)}]" if process.needed_parameters else ""
    return f"  {process.name}: {process.citation}{needed}{lacking}"


def _out_of_range(network: Network, temperature: float) -> tuple[str, list[str]]:
    lines = []
    for j in network.out_of_range(temperature):
        reaction = network.reactions[j]
        ranges = ", ".join(f"{fit.t_min:g} to {fit.t_max:g} K" for fit in reaction.fits)
        lines.append(f"{_row(network, j)}  [{ranges}: {reaction.out_of_range}]")
    return f"reactions outside their ranges of temperature at {temperature:g} K", lines


def _extrapolation(network: Network, temperature: float) -> str:
    """What extrapolation would do, compared with the value at the limit of the range."""
    outside = list(network.out_of_range(temperature))
    conditions = _conditions(network, temperature)
    k, clamped = (
        np.asarray(network.with_out_of_range(policy).rate_table(conditions))[outside]
        for policy in ("extrapolate", "clamp")
    )
    rise = np.divide(k, clamped, out=np.zeros_like(k), where=clamped > 0)
    raised = counted(int(np.count_nonzero(rise > 1)), "coefficient")
    text = f"extrapolation to {temperature:g} K raises {raised} above the value at the limit"
    if not np.any(rise > 1):
        return text
    worst = int(np.argmax(rise))
    values = f"from {clamped[worst]:.3g} to {k[worst]:.3g}, {_row(network, outside[worst])}"
    return f"{text}, the most by a factor {rise[worst]:.3g}: {values}"


def _duplicates(network: Network) -> list[str]:
    return [
        f"{_row(network, first)}  [again: {', '.join(_place(network, j) for j in others)}]"
        for first, *others in network.duplicates()
    ]


def _conservation_errors(network: Network) -> list[str]:
    return [
        f"{_row(network, j)}  [{', '.join(f'{label} {change:+g}' for label, change in wrong.items())}]"
        for j, wrong in network.conservation_errors().items()
    ]


def _cost(program: Program) -> str:
    n = program.operations["multiplications"] + program.operations["additions"]
    estimates = (f"{backend} {fixed + each * n:.1f} s" for backend, (fixed, each) in _COMPILE.items())
    return f"{program.summary()}\nfirst call of dy/dt, compilation included, about: {', '.join(estimates)}"


def _row(network: Network, j: int) -> str:
    return f"{_place(network, j)}: {network.reactions[j].equation}"


def _place(network: Network, j: int) -> str:
    source = network.reactions[j].source
    return f"line {source.line}" if source else f"reaction {j}"


def _first(lines: Sequence[str], shown: int | None) -> list[str]:
    rest = len(lines) - len(lines[:shown])
    return [f"  {line}" for line in lines[:shown]] + ([f"  and {rest} more (--all)"] if rest else [])
