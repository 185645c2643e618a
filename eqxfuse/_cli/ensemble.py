"""`eqxfuse ensemble`: many solves with coefficients drawn at random, kept as they are done."""

import argparse
import hashlib
from pathlib import Path

import numpy as np

from eqxfuse._analysis import Ensemble
from eqxfuse._analysis.ensemble.draws import factors_at, members_of
from eqxfuse._chemistry.checks import warn_of_start
from eqxfuse._chemistry.lists import counted
from eqxfuse._cli.cells import add_results, settings, solve_cells
from eqxfuse._cli.conditions import add_conditions, describe, read_conditions, typeset
from eqxfuse._cli.errors import CommandError
from eqxfuse._cli.grid_store import open_store
from eqxfuse._cli.inputs import check_parameters, describe_network, open_network, right_hand_side, start
from eqxfuse._cli.parser import Argument, add_network, add_solver, add_start, count
from eqxfuse._cli.quantities import parse_factor, parse_whole
from eqxfuse._cli.report import file_stem, warn
from eqxfuse._cli.settings import add_settings
from eqxfuse._plot import plain, save_figure
from eqxfuse._solve.durable import write_durably
from eqxfuse._solve.grid import block_size
from eqxfuse._solve.integration import Integration
from eqxfuse._solve.trajectory.origin import Origin

_SHOWN = 5
"""Species in the table, if none are asked for."""


def add_ensemble(parser: argparse.ArgumentParser) -> None:
    add_network(parser)
    add_settings(parser)
    add_start(parser)
    add_conditions(parser)
    group = parser.add_argument_group("ensemble")
    group.add_argument("--members", metavar="N", type=count, default=1000, help="how many solves (default: 1000)")
    text = "the same seed draws the same coefficients, whatever the number of members (default: 0)"
    group.add_argument("--seed", metavar="N", type=Argument(parse_whole, int), default=0, help=text)
    text = "factor by which coefficients are uncertain of which the file says nothing (default: 2)"
    group.add_argument("--default", metavar="F", type=Argument(parse_factor, float), help=text)
    add_results(parser)
    add_solver(parser, outputs=61)
    parser.set_defaults(command=ensemble)


def ensemble(options: argparse.Namespace) -> None:
    network = open_network(options)
    conditions = read_conditions(options)
    check_parameters(conditions, network)
    y0 = np.asarray(start(network, options.initial, options.species or ()))
    rhs = right_hand_side(network, options.backend)
    warn_of_start(network, conditions, y0)
    factors = factors_at(network, float(conditions.temperature), options.default)
    cells = members_of(rhs, conditions, y0, options.members, options.seed, factors)
    block = block_size(rhs, cells.count)
    own = {"uncertainties": hashlib.sha256(factors.tobytes()).hexdigest()}
    own |= {name: float(value) for name, value in conditions.named().items()}
    all_settings = settings(rhs, block, options, "members", "seed") | own
    stem = f"{file_stem(network.name)}.ensemble"
    with open_store(Path(options.out), stem, cells.count, options.chunk, all_settings) as store:
        print(describe_network(network, rhs.kernel.backend))
        print(f"{describe(conditions)}, {counted(cells.count, 'member')}", flush=True)
        limits = {"rtol": options.rtol, "atol": options.atol, "max_steps": options.max_steps}
        shared = Integration.make(rhs, options.t_end, cells.dtype, saveat=options.outputs, **limits)
        origin = Origin.of(network, conditions, 0.0, (options.rtol, options.atol), ("member",))
        added = {"ensemble_seed": np.asarray(options.seed), "ensemble_factors": factors}
        solve_cells(store, shared, cells, block, {"member": tuple(range(cells.count))}, origin, options, added)
        found = Ensemble.load(store.result, network)
        names = options.species or found.trajectory.cell(0).most_abundant(_SHOWN)
        _draw(found, names, store.result.with_suffix(".png"), f"{plain(network.name)}, {typeset(conditions)}")
        print(f"\n{found.table(names)}")


def _draw(found: Ensemble, names: tuple[str, ...], path: Path, title: str) -> None:
    try:
        write_durably(
            path, lambda part: save_figure(part, lambda figure: found.plot(names, figure.add_subplot()), 5.0, title)
        )
        print(f"wrote {path}")
    except ImportError as missing:
        warn(f"no picture was drawn: {missing}")
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror or error}") from error
