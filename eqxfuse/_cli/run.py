"""`eqxfuse run` and `eqxfuse demo`: one solve, its table, its picture, its file."""

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from eqxfuse._analysis import budget
from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.constants import YEAR
from eqxfuse._chemistry.network import Network
from eqxfuse._cli.conditions import add_conditions, describe, read_conditions, typeset
from eqxfuse._cli.errors import FAILURES, CommandError, UsageError
from eqxfuse._cli.inputs import (
    check_parameters,
    describe_network,
    describe_ranges,
    open_network,
    right_hand_side,
    start,
)
from eqxfuse._cli.parser import add_energy, add_network, add_solve, add_start, add_thermal
from eqxfuse._cli.report import energy_table, file_stem, ice_table, make_folder, statistics, table, write, write_energy
from eqxfuse._cli.settings import add_settings
from eqxfuse._models import Zone, cooling_parcel
from eqxfuse._plot import plain
from eqxfuse._rhs.fused import FusedRHS
from eqxfuse._solve.failure import standing
from eqxfuse._solve.outcome import names_of
from eqxfuse._solve.solve import solve
from eqxfuse._solve.trajectory.trajectory import Trajectory
from eqxfuse.networks import dark_cloud, dark_cloud_abundances

DEMO_SPECIES = ("H2", "H", "C+", "C", "CO", "O", "O2", "OH", "H2O", "H2CO", "HCO+", "H3+", "e-")
DEMO_CONDITIONS = Conditions(temperature=10.0, density=2e4)
DEMO_YEARS = 1e6

_ANALYSED = 5
"""Reactions that `--analyse` shows of each kind."""


def add_run(parser: argparse.ArgumentParser) -> None:
    add_network(parser)
    add_settings(parser)
    add_start(parser)
    add_conditions(parser)
    add_thermal(parser, "solve for the temperature, too, with these")
    text = "what of the gas stays as it cools (default: density)"
    parser.add_argument("--constant", choices=("density", "pressure"), default="density", help=text)
    add_energy(parser)
    add_solve(parser)
    parser.set_defaults(command=run)


def add_demo(parser: argparse.ArgumentParser) -> None:
    add_solve(parser)
    parser.set_defaults(command=demo, thermal=(), constant="density", energy=False)


def run(options: argparse.Namespace) -> None:
    network = open_network(options)
    if not options.thermal and (options.energy or options.constant == "pressure"):
        given = "--energy" if options.energy else "--constant pressure"
        raise UsageError(f"{given} is for gas that heats and cools: give --thermal, too")
    _solve_and_report(network, read_conditions(options), options.initial, options.t_end, options)


def demo(options: argparse.Namespace) -> None:
    options.species = options.species or DEMO_SPECIES
    _solve_and_report(dark_cloud(), DEMO_CONDITIONS, dark_cloud_abundances, DEMO_YEARS * YEAR, options)


def _solve_and_report(
    network: Network, conditions: Conditions, initial: Mapping[str, float], t_end: float, options: argparse.Namespace
) -> None:
    y0 = start(network, initial, (*(options.species or ()), *options.analyse))
    rhs = right_hand_side(network, options.backend, options.thermal)
    check_parameters(conditions, rhs.network)
    make_folder(Path(options.out))
    print(describe_network(network, rhs.kernel.backend))
    print(describe(conditions))
    print(describe_ranges(network, conditions.temperature), flush=True)
    began = time.perf_counter()
    solver = {name: getattr(options, name) for name in ("rtol", "atol", "max_steps")}
    result: Zone | Trajectory
    if options.constant == "pressure":
        result = cooling_parcel(
            rhs, conditions, y0, t_end, saveat=options.outputs, constant="pressure", throw=False, **solver
        )
        trajectory = result.trajectory
    else:
        trajectory = solve(
            rhs, conditions, y0, t_end, saveat=options.outputs, progress=sys.stderr.isatty(), throw=False, **solver
        )
        result = Zone.at(conditions, trajectory) if rhs.thermal else trajectory
    if not trajectory.succeeded:
        reason = FAILURES[str(names_of(trajectory.result))]
        raise CommandError(f"{standing(trajectory, rhs, conditions, t_end)}. It failed because {reason}")
    seconds = time.perf_counter() - began
    report(result, rhs, seconds, f"{plain(network.name)}, {typeset(conditions)}", network.name, options)
    for name in options.analyse:
        print(f"\n{budget(rhs, conditions, trajectory.abundances[-1], name).table(_ANALYSED)}")


def report(
    result: Trajectory | Zone, rhs: FusedRHS, seconds: float, title: str, name: str, options: argparse.Namespace
) -> None:
    """Files first: who reads the output may have seen enough of it (`| head`)."""
    if isinstance(result, Zone):
        trajectory, density = result.trajectory, np.asarray(result.density)
    else:
        trajectory, density = result, None
    names = options.species or trajectory.most_abundant()
    folder, stem = Path(options.out), file_stem(name)
    energy = result.energy(rhs) if isinstance(result, Zone) and options.energy else None
    try:
        written = write(result, names, folder, (stem, options.save), title)
        if isinstance(result, Zone) and energy:
            written += write_energy(result, energy, folder / f"{stem}_energy.png", title)
    finally:
        known = trajectory.ice_names and trajectory.conditions is not None
        ices = f"\n\n{ice_table(trajectory)}" if known else ""
        energies = f"\n\n{energy_table(energy, density)}" if energy else ""
        print(f"\n{table(trajectory, names, density)}{ices}{energies}\n\n{statistics(trajectory, seconds)}")
    for path in written:
        print(f"wrote {path}")
