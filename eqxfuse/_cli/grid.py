"""`eqxfuse grid`: many solves, kept as they are done."""

import argparse
import dataclasses
import sys
from collections.abc import Generator
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from eqxfuse._chemistry.checks import warn_of_start
from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.lists import counted
from eqxfuse._cli.conditions import add_axes, read_axes
from eqxfuse._cli.grid_report import report
from eqxfuse._cli.grid_store import GOES_ON, GridStore, open_store
from eqxfuse._cli.inputs import (
    check_parameters,
    describe_network,
    describe_ranges,
    open_network,
    right_hand_side,
    start,
)
from eqxfuse._cli.interrupt import say_when_interrupted
from eqxfuse._cli.parser import add_network, add_solver, add_start, count, names
from eqxfuse._cli.report import file_stem
from eqxfuse._cli.settings import add_settings
from eqxfuse._rhs.fused import FusedRHS
from eqxfuse._solve.grid import Part, block_size, gather, make_cells, solve_blocks
from eqxfuse._solve.integration import Integration
from eqxfuse._solve.trajectory.origin import Origin
from eqxfuse._solve.trajectory.trajectory import Trajectory

CHUNK = 256
"""Cells that are written together, if nothing else is asked for."""


def add_grid(parser: argparse.ArgumentParser) -> None:
    add_network(parser)
    add_settings(parser)
    add_start(parser)
    add_axes(parser)
    group = parser.add_argument_group("results")
    group.add_argument("--out", metavar="DIR", default="out", help="folder for the results (default: ./out)")
    group.add_argument("--species", metavar="A,B,...", type=names, help="species to keep (default: all)")
    text = f"cells that are written together: at most so many are lost when the run is killed (default: {CHUNK})"
    group.add_argument("--chunk", metavar="N", type=count, default=CHUNK, help=text)
    group.add_argument("--progress", action="store_true", help="show the bar even where stderr is no terminal")
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
                _solve(solve_blocks(shared, cells, missing, block), store, sum(map(len, missing)), options)
            store.finish(cells.shape, axes, origin)
        report(store, axes)


def _solve(parts: Generator[Part, None, None], store: GridStore, missing: int, options: argparse.Namespace) -> None:
    """Keep every chunk as it comes."""
    total = len(store.todo)
    if store.again:
        print(f"solving again what gave up after fewer steps than --max-steps allows now: {counted(total, 'cell')}")
    if missing < total:
        print(f"{total - missing} of {counted(total, 'cell')} are done already", flush=True)
    shown = options.progress or sys.stderr.isatty()
    with closing(parts), tqdm(total=total, initial=total - missing, unit="solve", disable=not shown) as bar:
        for number, own in groupby(parts, lambda part: store.number(int(part[0].flat[0]))):
            trajectory = gather(own, store.chunk(number), bar.update)
            store.write(number, _only(trajectory, options.species))
            say_when_interrupted(f"{options.prog}: interrupted. {GOES_ON}")


def _only(trajectory: Trajectory, names: tuple[str, ...] | None) -> Trajectory:
    """Of the species that are kept."""
    if names is None:
        return trajectory
    columns = [trajectory.species_names.index(name) for name in names]
    return dataclasses.replace(
        trajectory,
        abundances=trajectory.abundances[..., columns],
        initial=trajectory.initial[..., columns],
        end_state=None if trajectory.end_state is None else trajectory.end_state[..., columns],
        species=tuple(trajectory.species[i] for i in columns),
    )


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
