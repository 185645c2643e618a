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
from eqxfuse._chemistry.history.history import History
from eqxfuse._chemistry.network import Network
from eqxfuse._cli.conditions import add_conditions, describe, read_conditions, typeset
from eqxfuse._cli.errors import FAILURES, CommandError, UsageError
from eqxfuse._cli.history import add_history, describe_history, moving, read_history
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
    add_history(parser)
    add_thermal(parser, "solve for the temperature, too, with these")
    text = "what of the gas stays as it cools (default: density)"
    parser.add_argument("--constant", choices=("density", "pressure"), default="density", help=text)
    add_energy(parser)
    add_solve(parser)
    parser.set_defaults(command=run)


def add_demo(parser: argparse.ArgumentParser) -> None:
    add_solve(parser)
    parser.set_defaults(command=demo, thermal=(), constant="density", energy=False, history=None)


def run(options: argparse.Namespace) -> None:
    network, conditions = open_network(options), read_conditions(options)
    if not options.thermal and (options.energy or options.constant == "pressure"):
        given = "--energy" if options.energy else "--constant pressure"
        raise UsageError(f"{given} is for gas that heats and cools: give --thermal, too")
    history = read_history(options, conditions)
    if history is not None and options.constant == "pressure":
        raise UsageError("a --history has a density of its own: leave --constant pressure out")
    _solve_and_report(network, conditions, history, options.initial, options.t_end, options)


def demo(options: argparse.Namespace) -> None:
    options.species = options.species or DEMO_SPECIES
    _solve_and_report(dark_cloud(), DEMO_CONDITIONS, None, dark_cloud_abundances, DEMO_YEARS * YEAR, options)


def _solve_and_report(
    network: Network,
    conditions: Conditions,
    history: History | None,
    initial: Mapping[str, float],
    t_end: float,
    options: argparse.Namespace,
) -> None:
    """`conditions` are those of the start where there is a history."""
    y0 = start(network, initial, (*(options.species or ()), *options.analyse))
    rhs = right_hand_side(network, options.backend, options.thermal)
    check_parameters(conditions, rhs.network)
    make_folder(Path(options.out))
    print(describe_network(network, rhs.kernel.backend))
    print(describe(conditions))
    if history is not None:
        print(describe_history(options.history, history))
    given = conditions if history is None else history
    print(describe_ranges(network, (conditions if history is None else history.conditions).temperature), flush=True)
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
            rhs, given, y0, t_end, saveat=options.outputs, progress=sys.stderr.isatty(), throw=False, **solver
        )
        result = trajectory
    if not trajectory.succeeded:
        reason = FAILURES[str(names_of(trajectory.result))]
        raise CommandError(f"{standing(trajectory, rhs, given, t_end)}. It failed because {reason}")
    seconds = time.perf_counter() - began
    title = f"{plain(network.name)}, {typeset(conditions)}"
    if history is None:
        if rhs.thermal and not isinstance(result, Zone):
            result = Zone.at(conditions, trajectory)
        report(result, rhs, seconds, title, network.name, options)
    else:
        result = Zone(trajectory, history(trajectory.times)) if rhs.thermal else trajectory
        shown = {} if rhs.thermal else moving(history, np.asarray(trajectory.times))
        title = f"{title}, then {options.history.replace('-', ' ')}"
        report(result, rhs, seconds, title, network.name, options, shown, conditions)
        conditions = history(t_end)
    for name in options.analyse:
        print(f"\n{budget(rhs, conditions, trajectory.abundances[-1], name).table(_ANALYSED)}")


def report(
    result: Trajectory | Zone,
    rhs: FusedRHS,
    seconds: float,
    title: str,
    name: str,
    options: argparse.Namespace,
    moving: Mapping[str, np.ndarray] | None = None,
    grains: Conditions | None = None,
) -> None:
    """Files first: who reads the output may have seen enough of it (`| head`). `moving` are conditions [times] that
    change, and `grains` those of ice in a history.
    """
    moving = moving or {}
    if isinstance(result, Zone):
        trajectory, density = result.trajectory, np.asarray(result.density)
    else:
        trajectory, density = result, None
    names = options.species or trajectory.most_abundant()
    folder, stem = Path(options.out), file_stem(name)
    energy = result.energy(rhs) if isinstance(result, Zone) and options.energy else None
    try:
        written = write(result, names, folder, (stem, options.save), title, moving)
        if isinstance(result, Zone) and energy:
            written += write_energy(result, energy, folder / f"{stem}_energy.png", title)
    finally:
        grains = trajectory.conditions if grains is None else grains
        ices = f"\n\n{ice_table(trajectory, grains)}" if trajectory.ice_names and grains is not None else ""
        energies = f"\n\n{energy_table(energy, density)}" if energy else ""
        print(f"\n{table(trajectory, names, density, moving)}{ices}{energies}\n\n{statistics(trajectory, seconds)}")
    for path in written:
        print(f"wrote {path}")
