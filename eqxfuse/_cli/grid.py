"""`eqxfuse grid`: many solves, kept as they are done."""

import argparse
from pathlib import Path

import numpy as np

from eqxfuse._chemistry.checks import warn_of_start
from eqxfuse._chemistry.lists import counted
from eqxfuse._cli.cells import add_results, settings, solve_cells
from eqxfuse._cli.conditions import add_axes, read_axes
from eqxfuse._cli.grid_store import open_store
from eqxfuse._cli.inputs import (
    check_parameters,
    describe_network,
    describe_ranges,
    open_network,
    right_hand_side,
    start,
)
from eqxfuse._cli.parser import add_network, add_solver, add_start
from eqxfuse._cli.report import file_stem
from eqxfuse._cli.settings import add_settings
from eqxfuse._solve.grid import block_size, make_cells
from eqxfuse._solve.integration import Integration
from eqxfuse._solve.trajectory.origin import Origin


def add_grid(parser: argparse.ArgumentParser) -> None:
    add_network(parser)
    add_settings(parser)
    add_start(parser)
    add_axes(parser)
    add_results(parser)
    add_solver(parser, outputs=1)
    parser.set_defaults(command=grid)


def grid(options: argparse.Namespace) -> None:
    network = open_network(options)
    conditions, axes = read_axes(options)
    check_parameters(conditions, network)
    y0 = start(network, options.initial, options.species or ())
    rhs = right_hand_side(network, options.backend)
    cells = make_cells(rhs, conditions, y0)
    block = block_size(rhs, cells.count)
    fields = {name: np.ravel(value).tolist() for name, value in conditions.named().items()}
    stem = f"{file_stem(network.name)}.grid"
    with open_store(
        Path(options.out), stem, cells.count, options.chunk, settings(rhs, block, options) | fields
    ) as store:
        shape = " x ".join(f"{len(values)} {name}" for name, values in axes.items()) or "1"
        print(describe_network(network, rhs.kernel.backend))
        print(f"{shape}: {counted(cells.count, 'cell')}")
        print(describe_ranges(network, conditions.temperature), flush=True)
        warn_of_start(network, conditions, y0)
        limits = {"rtol": options.rtol, "atol": options.atol, "max_steps": options.max_steps}
        shared = Integration.make(rhs, options.t_end, cells.dtype, saveat=options.outputs, **limits)
        origin = Origin.of(network, conditions, 0.0, (options.rtol, options.atol), tuple(axes))
        solve_cells(store, shared, cells, block, axes, origin, options)
