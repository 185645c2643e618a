"""From what a command is given to a network, its right-hand side and its initial state."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from eqxfuse._chemistry.conditions import Conditions, require_known
from eqxfuse._chemistry.lists import counted
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import OutOfRange
from eqxfuse._cli.errors import CommandError, UsageError
from eqxfuse._cli.report import warn
from eqxfuse._cli.thermal import thermal_processes
from eqxfuse._formats import read_network
from eqxfuse._formats.read import Unsupported
from eqxfuse._formats.uclchem_ice import Grains
from eqxfuse._rhs.fused import FusedRHS
from eqxfuse.errors import BackendUnavailable, NetworkFormatError, UnknownSpecies
from eqxfuse.networks import dark_cloud, interstellar, primordial, primordial_collapse, robertson

SHIPPED = {make.__name__: make for make in (dark_cloud, interstellar, primordial, primordial_collapse, robertson)}
"""Networks that have a name; a file of that name goes before them."""


def open_network(options: argparse.Namespace) -> Network:
    """The network in `options.file`. Raises `CommandError`, and `UsageError` for options that do not go together."""
    how = options.format, options.out_of_range, options.unsupported, options.species_file, options.grains
    return read(options.file, *how)


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


def read(
    file: str,
    format: str | None = None,
    out_of_range: OutOfRange | None = None,
    unsupported: Unsupported = "refuse",
    species: str | None = None,
    grains: Grains = "published",
) -> Network:
    """The network in a file, or one of `SHIPPED`. Raises `CommandError`, and `UsageError` for a file of species that
    nothing needs.
    """
    if species is not None and grains == "none":
        raise UsageError("--grains none leaves out what --species-file is for: give one of the two")
    if file in SHIPPED and not Path(file).exists():
        if species is not None:
            raise UsageError(f"{file} ships with eqxfuse and has no ice: --species-file is for files of UCLCHEM")
        network = SHIPPED[file]()
        return network if out_of_range is None else network.with_out_of_range(out_of_range)
    try:
        return read_network(file, format, out_of_range, unsupported, species=species, grains=grains)
    except NetworkFormatError as error:
        text = f": {error.text.strip()[:80]!r}" if error.text else ""
        where = f"{error.path}:{error.line}" if error.line else error.path
        raise CommandError(f"{where}: {error.why}{text}") from error
    except OSError as error:
        raise CommandError(f"cannot read {error.filename or file}: {error.strerror}") from error


def check_parameters(conditions: Conditions, *networks: Network) -> None:
    """Raise `UsageError` where the parameters are not those that the networks need."""
    needed = {name for network in networks for name in network.parameters}
    missing = ",".join(f"{name}=..." for name in sorted(needed - conditions.parameters.keys()))
    if missing:
        raise UsageError(f"the rates need more parameters: give --parameter {missing}")
    try:
        require_known(conditions.parameters, needed)
    except ValueError as error:
        raise UsageError(str(error)) from error


def start(network: Network, initial: Mapping[str, float], shown: Sequence[str]):
    """y0, with a warning where it is probably not what was meant. Raises `UsageError`."""
    try:
        y0 = network.abundances(initial)
        for name in shown:
            network.index(name)
    except UnknownSpecies as error:
        raise UsageError(str(error)) from error
    totals = dict(zip(network.elements, network.composition @ np.asarray(y0), strict=False))
    if abs(totals.get("H", 1.0) - 1) > 0.01:
        warn(f"the initial abundances hold {totals['H']:.3g} hydrogen nuclei for each one; n/n_H should add up to 1")
    return y0


def right_hand_side(network: Network, backend, thermal: Sequence[str] = ()) -> FusedRHS:
    """With the processes of the sets `thermal`, if any. Raises `CommandError`, and `UsageError`."""
    try:
        return FusedRHS(network, backend=backend, thermal=thermal_processes(network, thermal) if thermal else None)
    except BackendUnavailable as error:
        raise CommandError(str(error)) from error
