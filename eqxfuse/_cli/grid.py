"""`eqxfuse grid`: many solves, kept as they are done."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from eqxfuse._chemistry.checks import warn_of_start
from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.lists import counted
from eqxfuse._cli.chunks import add_results, solve_chunks
from eqxfuse._cli.conditions import add_axes, read_axes
from eqxfuse._cli.grid_report import report
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
from eqxfuse._rhs.fused import FusedRHS
from eqxfuse._solve.grid import block_size, make_cells, solve_blocks
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
    settings = _settings(rhs, conditions, block, options)
    stem = f"{file_stem(network.name)}.grid"
    with open_store(Path(options.out), stem, cells.count, options.chunk, settings) as store:
        shape = " x ".join(f"{len(values)} {name}" for name, values in axes.items()) or "1"
        print(describe_network(network, rhs.kernel.backend))
        print(f"{shape}: {counted(cells.count, 'cell')}")
        print(describe_ranges(network, conditions.temperature), flush=True)
        warn_of_start(network, conditions, y0)
        limits = {"rtol": options.rtol, "atol": options.atol, "max_steps": options.max_steps}
        shared = Integration.make(rhs, options.t_end, cells.dtype, saveat=options.outputs, **limits)
        origin = Origin.of(network, conditions, 0.0, (options.rtol, options.atol), tuple(axes))
        while len(store.todo):
            missing = [store.chunk(number) for number in store.missing]
            if missing:
                solve_chunks(solve_blocks(shared, cells, missing, block), store, sum(map(len, missing)), options)
            store.finish(cells.shape, {f"axis_{name}": np.array(own) for name, own in axes.items()}, origin)
        report(store, axes)


def _settings(rhs: FusedRHS, conditions: Conditions, block: int, options: argparse.Namespace) -> dict[str, Any]:
    """All that the numbers in the result depend on."""
    fields = {name: np.ravel(value).tolist() for name, value in conditions.named().items()}
    names = ("initial", "t_end", "rtol", "atol", "outputs", "max_steps", "species", "chunk")
    return {
        "network": rhs.network.digest,
        "backend": rhs.kernel.backend,
        "block": block,
        **{name: getattr(options, name) for name in names},
        **fields,
    }
