"""`eqxfuse collapse`: one zone in free fall."""

import argparse
import time
from pathlib import Path

import numpy as np

from eqxfuse._cli.conditions import add_conditions, describe, read_conditions, typeset
from eqxfuse._cli.errors import FAILURES, CommandError, UsageError
from eqxfuse._cli.inputs import check_parameters, describe_network, open_network, right_hand_side, start
from eqxfuse._cli.parser import (
    Argument,
    add_energy,
    add_initial,
    add_network,
    add_output,
    add_solver,
    add_thermal,
)
from eqxfuse._cli.quantities import parse_number, parse_whole
from eqxfuse._cli.report import make_folder
from eqxfuse._cli.run import report
from eqxfuse._cli.settings import add_settings
from eqxfuse._models import collapse as fall
from eqxfuse._plot import plain
from eqxfuse._solve.outcome import names_of

_NETWORK = "primordial"
_START = {"H": 1.0, "H2": 1e-6, "H+": 1e-4, "e-": 1e-4, "He": 0.0775}
"""Of primordial gas, after recombination."""


def add_collapse(parser: argparse.ArgumentParser) -> None:
    add_network(parser, _NETWORK)
    add_settings(parser)
    words = ",".join(f"{name}={value:g}" for name, value in _START.items())
    add_initial(parser, f" (default for {_NETWORK}: {words})")
    text = "density n_H at which the collapse ends [cm^-3] (default: 1e14)"
    density = Argument(lambda text: parse_number(text, positive=True), float)
    parser.add_argument("--to-density", metavar="X", type=density, default=1e14, help=text)
    add_conditions(parser, temperature=100.0, density=1.0)
    text = "compute the collapse N times more, with half the Jeans length of the gas as its radius (default: 0)"
    parser.add_argument("--jeans", metavar="N", type=Argument(parse_whole, int), default=0, help=text)
    add_thermal(parser, "solve with these", "primordial")
    add_energy(parser)
    add_output(parser)
    add_solver(parser, outputs=121)
    parser.set_defaults(command=collapse)


def collapse(options: argparse.Namespace) -> None:
    network, conditions = open_network(options), read_conditions(options)
    if options.initial is None and options.file != _NETWORK:
        raise UsageError("--initial is required for this network")
    if not conditions.density < options.to_density < 1e24 * conditions.density:
        raise UsageError("--to-density must be larger than --density, and less than 1e24 times as large")
    y0 = start(network, options.initial or _START, options.species or ())
    rhs = right_hand_side(network, options.backend, options.thermal)
    check_parameters(conditions, rhs.network)
    make_folder(Path(options.out))
    print(describe_network(network, rhs.kernel.backend))
    print(f"from {describe(conditions)} to {options.to_density:.4g} cm^-3", flush=True)
    began = time.perf_counter()
    zone = fall(
        rhs,
        conditions,
        y0,
        to_density=options.to_density,
        outputs=options.outputs,
        jeans=options.jeans,
        rtol=options.rtol,
        atol=options.atol,
        max_steps=options.max_steps,
        throw=False,
    )
    if not zone.trajectory.succeeded:
        reached = np.asarray(zone.density)[np.isfinite(zone.temperature)].max(initial=float(conditions.density))
        reason = FAILURES[str(names_of(zone.trajectory.result))]
        raise CommandError(f"the collapse got to n_H = {reached:.3g} cm^-3. It failed because {reason}")
    title = f"{plain(network.name)}, from {typeset(conditions)}"
    report(zone, rhs, time.perf_counter() - began, title, f"{network.name}_collapse", options)
