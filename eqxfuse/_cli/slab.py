"""`eqxfuse slab`: a photodissociation region."""

import argparse
import time
from pathlib import Path
from typing import get_args

import numpy as np

from eqxfuse._cli.conditions import add_conditions, describe, read_conditions, typeset
from eqxfuse._cli.errors import CommandError, UsageError
from eqxfuse._cli.inputs import check_parameters, describe_network, open_network, right_hand_side, start
from eqxfuse._cli.parser import Argument, add_initial, add_network, add_thermal, count, names
from eqxfuse._cli.quantities import parse_time
from eqxfuse._cli.report import columns, drawn, file_stem, make_folder, save_data
from eqxfuse._cli.settings import add_settings
from eqxfuse._kernels import Backend
from eqxfuse._models import Slab
from eqxfuse._models import slab as lit
from eqxfuse._plot import plain, save_figure, zones_height
from eqxfuse.networks import interstellar_abundances

_NETWORK = "interstellar"
_FIRST = 1e-3
"""A_V behind the surface [mag]."""
_CROSSINGS = (("H", "H2"), ("C+", "C"), ("C", "CO"))
_TABLE = ("H", "H2", "C+", "C", "CO", "O", "e-")


def add_slab(parser: argparse.ArgumentParser) -> None:
    add_network(parser, _NETWORK)
    add_settings(parser)
    add_initial(parser, f" (default for {_NETWORK}: atomic gas near the sun)")
    text = f"depths: the surface, and the others from {_FIRST:g} mag to --av, evenly in the logarithm (default: 60)"
    parser.add_argument("--depths", metavar="N", type=count, default=60, help=text)
    text = "how long after the start, with its unit (default: the steady state)"
    parser.add_argument("--time", metavar="TIME", type=Argument(parse_time), help=text)
    add_conditions(parser, temperature=50.0, density=1e3)
    add_thermal(parser, "solve for the temperature at each depth with these")
    parser.add_argument("--out", metavar="DIR", default="out", help="folder for the results (default: ./out)")
    parser.add_argument("--save", choices=("npz", "csv"), default="npz", help="kind of the data file (default: npz)")
    parser.add_argument("--species", metavar="A,B,...", type=names, help="species in the table and the plot")
    text = "how code is generated (default: auto)"
    parser.add_argument("--backend", choices=get_args(Backend), default="auto", help=text)
    parser.set_defaults(command=slab)


def slab(options: argparse.Namespace) -> None:
    network, conditions = open_network(options), read_conditions(options)
    if options.initial is None and options.file != _NETWORK:
        raise UsageError("--initial is required for this network")
    if options.depths < 2 or conditions.av <= _FIRST:
        raise UsageError(f"a slab has 2 --depths or more, and an --av of more than {_FIRST:g} mag")
    y0 = start(network, options.initial or interstellar_abundances, options.species or ())
    rhs = right_hand_side(network, options.backend, options.thermal)
    check_parameters(conditions, rhs.network)
    make_folder(Path(options.out))
    print(describe_network(network, rhs.kernel.backend))
    print(f"a slab of {describe(conditions)}", flush=True)
    began = time.perf_counter()
    av = np.append(0.0, np.geomspace(_FIRST, float(conditions.av), options.depths - 1))
    try:
        found = lit(rhs, conditions, y0, av, time=options.time)
    except RuntimeError as error:
        raise CommandError(str(error)) from error
    seconds = time.perf_counter() - began
    _report(found, seconds, f"{plain(network.name)}, slab of {typeset(conditions)}", f"{network.name}_slab", options)


def _report(found: Slab, seconds: float, title: str, name: str, options: argparse.Namespace) -> None:
    """Files first: who reads the output may have seen enough of it (`| head`)."""
    folder, shown = Path(options.out), options.species
    stem = file_stem(name)
    data = folder / f"{stem}.{options.save}"
    try:
        save_data(found, data)
        panels = 2 if np.ptp(np.asarray(found.temperature)) > 0 else 1
        picture = folder / f"{stem}.png"
        height = zones_height(panels)
        written = [data]
        if drawn(picture, lambda part: save_figure(part, lambda figure: found.plot(shown, figure)[0], height, title)):
            written.append(picture)
    finally:
        print(f"\n{_table(found, shown)}\n\n{_crossings(found)}computed in {seconds:.1f} s with compilation")
    for path in written:
        print(f"wrote {path}")


def _table(found: Slab, shown) -> str:
    """Columns to, and abundances at, some depths."""
    there = found.species_names
    names = shown or [name for name in _TABLE if name in there]
    av = np.asarray(found.av)
    rows = {"T [K]": (np.asarray(found.temperature), "13.4g")}
    rows |= {f"N({name}) [cm^-2]": (np.asarray(found.column(name)), "13.3e") for name in ("H2", "CO") if name in there}
    rows |= {name: (np.asarray(found.abundance(name)), "13.3e") for name in names}
    wanted = np.append(0.0, np.geomspace(max(av[-1] * 1e-3, av[1]), av[-1], 6))
    return columns("Av [mag]", av, wanted, "{:.3g}".format, rows)


def _crossings(found: Slab) -> str:
    """Where gas becomes molecular, and carbon CO."""
    there = set(found.species_names)
    lines = ""
    for falling, rising in _CROSSINGS:
        av = float(found.crossing(falling, rising)) if {falling, rising} <= there else np.nan
        if np.isfinite(av):
            lines += f"more {rising} than {falling} from Av = {av:.3g} mag on\n"
    return lines
