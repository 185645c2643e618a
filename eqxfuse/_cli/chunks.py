"""Many solves that are kept as they are done, chunk after chunk."""

import argparse
import sys
from collections.abc import Generator
from contextlib import closing
from itertools import groupby

from tqdm import tqdm

from eqxfuse._chemistry.lists import counted
from eqxfuse._cli.grid_store import GOES_ON, GridStore
from eqxfuse._cli.interrupt import say_when_interrupted
from eqxfuse._cli.parser import count, names
from eqxfuse._solve.grid import Part, gather

CHUNK = 256
"""Cells that are written together, if nothing else is asked for."""


def add_results(parser: argparse.ArgumentParser) -> None:
    """`--out`, `--species`, `--chunk` and `--progress`."""
    group = parser.add_argument_group("results")
    group.add_argument("--out", metavar="DIR", default="out", help="folder for the results (default: ./out)")
    group.add_argument("--species", metavar="A,B,...", type=names, help="species to keep (default: all)")
    text = f"cells that are written together: at most so many are lost when the run is killed (default: {CHUNK})"
    group.add_argument("--chunk", metavar="N", type=count, default=CHUNK, help=text)
    group.add_argument("--progress", action="store_true", help="show the bar even where stderr is no terminal")


def solve_chunks(
    parts: Generator[Part, None, None], store: GridStore, missing: int, options: argparse.Namespace
) -> None:
    """Keep every chunk in the store as it comes; `missing` cells of it are in the `parts`."""
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
