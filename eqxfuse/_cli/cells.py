"""What `eqxfuse grid`, `tracers` and `ensemble` have in common: many solves, kept as they are done."""

import argparse
import sys
from collections.abc import Generator, Mapping
from contextlib import closing
from itertools import groupby
from typing import Any

import numpy as np
from tqdm import tqdm

from eqxfuse._chemistry.lists import counted
from eqxfuse._cli.grid_report import report
from eqxfuse._cli.grid_store import GOES_ON, GridStore
from eqxfuse._cli.interrupt import say_when_interrupted
from eqxfuse._cli.parser import count, names
from eqxfuse._rhs.fused import FusedRHS
from eqxfuse._solve.grid import Cells, Part, gather, solve_blocks
from eqxfuse._solve.integration import Integration
from eqxfuse._solve.trajectory.origin import Origin

CHUNK = 256
"""Cells that are written together, if nothing else is asked for."""


def add_results(parser: argparse.ArgumentParser) -> None:
    """Options for where results go."""
    group = parser.add_argument_group("results")
    group.add_argument("--out", metavar="DIR", default="out", help="folder for the results (default: ./out)")
    group.add_argument("--species", metavar="A,B,...", type=names, help="species to keep (default: all)")
    text = f"cells that are written together: at most so many are lost when the run is killed (default: {CHUNK})"
    group.add_argument("--chunk", metavar="N", type=count, default=CHUNK, help=text)
    group.add_argument("--progress", action="store_true", help="show the bar even where stderr is no terminal")


def settings(rhs: FusedRHS, block: int, options: argparse.Namespace, *more: str) -> dict[str, Any]:
    """All that the numbers of a result depend on but for the conditions; `more` are options of one command."""
    names = ("initial", "t_end", "rtol", "atol", "outputs", "max_steps", "species", "chunk", *more)
    return {
        "network": rhs.network.digest,
        "backend": rhs.kernel.backend,
        "block": block,
        **{name: getattr(options, name) for name in names},
    }


def solve_cells(
    store: GridStore,
    integration: Integration,
    cells: Cells,
    block: int,
    axes: Mapping[str, tuple[Any, ...]],
    origin: Origin,
    options: argparse.Namespace,
    added: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Solve what the store does not have, put its result together and report. Raises `CommandError`.

    `added` stand beside the result's arrays in the place of what the axes hold.
    """
    if added is None:
        added = {f"axis_{name}": np.array(values) for name, values in axes.items()}
    while len(store.todo):
        missing = [store.chunk(number) for number in store.missing]
        if missing:
            _solve(solve_blocks(integration, cells, missing, block), store, sum(map(len, missing)), options)
        store.finish(cells.shape, added, origin)
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
            store.write(number, trajectory if options.species is None else trajectory.select(options.species))
            say_when_interrupted(f"{options.prog}: interrupted. {GOES_ON}")
