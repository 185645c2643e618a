"""From the file, or the name, that a command is given to a network."""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from eqxfuse._chemistry.lists import counted
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import OutOfRange
from eqxfuse._cli.errors import CommandError
from eqxfuse._formats import read_network
from eqxfuse.errors import NetworkFormatError
from eqxfuse.networks import dark_cloud, primordial, robertson

SHIPPED = {"dark_cloud": dark_cloud, "primordial": primordial, "robertson": robertson}
"""Networks that have a name; a file of that name goes before them."""


def open_network(options: argparse.Namespace) -> Network:
    """The network in `options.file`. Raises `CommandError`."""
    return read(options.file, options.format, options.out_of_range)


def describe_network(network: Network, backend: str) -> str:
    """Its name, its size, and who computes it."""
    reactions = counted(len(network.reactions), "reaction")
    return f"{network.name}: {len(network.species)} species, {reactions}, {backend}"


def describe_ranges(network: Network, temperatures: ArrayLike) -> str:
    """What is done outside the ranges of temperature, and with how many reactions at the lowest and the highest of the
    `temperatures` [K].
    """
    extremes = sorted({float(np.min(temperatures)), float(np.max(temperatures))})
    outside = (f"{counted(len(network.out_of_range(t)), 'reaction')} at {t:g} K" for t in extremes)
    return f"outside their ranges of temperature: {network.policies} ({', '.join(outside)})"


def read(file: str, format: str | None = None, out_of_range: OutOfRange | None = None) -> Network:
    """The network in a file, or one of `SHIPPED`. Raises `CommandError`."""
    if file in SHIPPED and not Path(file).exists():
        network = SHIPPED[file]()
        return network if out_of_range is None else network.with_out_of_range(out_of_range)
    try:
        return read_network(file, format, out_of_range)
    except NetworkFormatError as error:
        text = f": {error.text.strip()[:80]!r}" if error.text else ""
        where = f"{error.path}:{error.line}" if error.line else error.path
        raise CommandError(f"{where}: {error.why}{text}") from error
    except OSError as error:
        raise CommandError(f"cannot read {file}: {error.strerror}") from error
