"""`eqxfuse tracers`: the chemistry of many histories, kept as they are done."""

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import numpy as np

from eqxfuse._chemistry.checks import warn_of_start
from eqxfuse._chemistry.constants import YEAR
from eqxfuse._chemistry.history.history import History, Interpolation, Outside
from eqxfuse._chemistry.lists import counted
from eqxfuse._cli.cells import add_results, settings, solve_cells
from eqxfuse._cli.conditions import add_constants, read_constants
from eqxfuse._cli.errors import CommandError, UsageError
from eqxfuse._cli.grid_store import open_store
from eqxfuse._cli.inputs import (
    check_parameters,
    describe_network,
    describe_ranges,
    open_network,
    right_hand_side,
    start,
)
from eqxfuse._cli.parser import Argument, add_initial, add_network, add_solver
from eqxfuse._cli.quantities import parse_columns, parse_time, parse_units
from eqxfuse._cli.report import file_stem
from eqxfuse._cli.settings import add_settings
from eqxfuse._solve.grid import block_size, make_cells
from eqxfuse._solve.integration import Integration
from eqxfuse._solve.trajectory.origin import Origin


def add_tracers(parser: argparse.ArgumentParser) -> None:
    add_network(parser)
    text = "histories: .csv, one each; .npz and .h5, one each or many, with columns [tracers, rows]"
    parser.add_argument("histories", metavar="HISTORY", nargs="+", help=text)
    add_settings(parser)
    add_initial(parser)
    group = parser.add_argument_group("histories")
    text = "which column is the time, the temperature, ...: fields of conditions, or parameters of the rates"
    columns = Argument(parse_columns, str, dict)
    group.add_argument("--columns", metavar="time=A,temperature=B,...", type=columns, required=True, help=text)
    text = "what to multiply columns with to have s, K, cm^-3, ...; for the time also s, yr, kyr, Myr or Gyr"
    group.add_argument("--units", metavar="time=kyr,density=X,...", type=Argument(parse_units), default={}, help=text)
    text = "between rows: monotone cubics or straight lines (default: cubic)"
    group.add_argument("--interpolation", choices=get_args(Interpolation), default="cubic", help=text)
    text = "before the first row and after the last: refuse, or keep the conditions (default: error)"
    group.add_argument("--outside", choices=get_args(Outside), default="error", help=text)
    time = Argument(parse_time)
    text = "start, with its unit (default: when all histories have begun)"
    group.add_argument("--t-start", metavar="TIME", type=time, help=text)
    group.add_argument("--t-end", metavar="TIME", type=time, help="end (default: when the first history ends)")
    add_constants(parser)
    add_results(parser)
    add_solver(parser, outputs=1)
    parser.set_defaults(command=tracers)


def tracers(options: argparse.Namespace) -> None:
    network = open_network(options)
    names, history = _read(options)
    check_parameters(history.conditions, network)
    y0 = start(network, options.initial, options.species or ())
    rhs = right_hand_side(network, options.backend)
    options.t_start, options.t_end = _span(history, options)
    cells = make_cells(rhs, history, y0)
    block = block_size(rhs, cells.count)
    own = settings(rhs, block, options, "t_start", "interpolation", "outside") | {"histories": _digest(history)}
    with open_store(Path(options.out), f"{file_stem(network.name)}.tracers", cells.count, options.chunk, own) as store:
        print(describe_network(network, rhs.kernel.backend))
        span = f"{options.t_start / YEAR:.6g} to {options.t_end / YEAR:.6g} yr"
        print(f"{counted(cells.count, 'tracer')} from {span}, {', '.join(history.changing)} changing")
        print(describe_ranges(network, history.conditions.temperature), flush=True)
        warn_of_start(network, history, y0)
        limits = {"rtol": options.rtol, "atol": options.atol, "max_steps": options.max_steps}
        times = np.linspace(options.t_start, options.t_end, options.outputs + 1)[1:]
        shared = Integration.make(rhs, options.t_end, cells.dtype, t0=options.t_start, saveat=times, **limits)
        origin = Origin.of(network, history, options.t_start, (options.rtol, options.atol), ("tracer",))
        solve_cells(store, shared, cells, block, {"tracer": names}, origin, options)


def _read(options: argparse.Namespace) -> tuple[tuple[str, ...], History]:
    """The tracers of all files, a batch of them, and what they are called. Raises `CommandError` and `UsageError`."""
    kinds = {"interpolation": options.interpolation, "outside": options.outside}
    names, found = [], []
    for file in options.histories:
        try:
            own = History.from_file(file, options.columns, options.units, **kinds, **read_constants(options)).cells
        except (ValueError, ImportError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"cannot read {file}: {error.strerror or error}") from error
        names += _called(file, len(own))
        found += own
    return tuple(names), History.stack(found)


def _called(file: str, tracers: int) -> Sequence[str]:
    name = Path(file).name
    return [name] if tracers == 1 else [f"{name}[{i}]" for i in range(tracers)]


def _span(history: History, options: argparse.Namespace) -> tuple[float, float]:
    """From when to when [s]. Raises `UsageError`."""
    times = np.asarray(history.times)
    first, last = float(times[:, 0].max()), float(times[:, -1].min())
    t0 = first if options.t_start is None else options.t_start
    t1 = last if options.t_end is None else options.t_end
    try:
        history.within(t0, "--t-start")
        history.within(t1, "--t-end")
    except ValueError as error:
        raise UsageError(str(error).replace('say outside="hold"', "give --outside hold")) from error
    if not t0 < t1:
        raise UsageError(f"the end, {t1 / YEAR:.6g} yr, must be after the start, {t0 / YEAR:.6g} yr")
    return t0, t1


def _digest(history: History) -> str:
    """Of all its numbers."""
    digest = hashlib.sha256()
    for name, array in [("time", history.times), *history.conditions.named().items()]:
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
    return digest.hexdigest()
