"""`eqxfuse source`: the code that is generated for a network."""

import argparse
from pathlib import Path
from typing import get_args

from eqxfuse._cli.errors import CommandError
from eqxfuse._cli.inputs import open_network, right_hand_side
from eqxfuse._cli.parser import add_network, add_thermal
from eqxfuse._cli.thermal import thermal_processes
from eqxfuse._kernels import Backend
from eqxfuse._rhs.codegen import CodeGenerator
from eqxfuse.errors import UnsupportedRateLaw


def add_source(parser: argparse.ArgumentParser) -> None:
    add_network(parser)
    add_thermal(parser, "the code of dT/dt, too, with these")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--backend", choices=get_args(Backend), default="auto", help="whose code (default: auto)")
    text = "a module that needs JAX alone, with every rate law in it: static_ode(t, y, args)"
    kind.add_argument("--standalone", action="store_true", help=text)
    parser.add_argument("--out", metavar="PATH", help="write to this file instead of the standard output")
    parser.set_defaults(command=source)


def source(options: argparse.Namespace) -> None:
    network = open_network(options)
    try:
        if options.standalone:
            thermal = thermal_processes(network, options.thermal) if options.thermal else None
            text = CodeGenerator(network, "literal", thermal).generate_code()
        else:
            text = right_hand_side(network, options.backend, options.thermal).source
    except UnsupportedRateLaw as error:
        raise CommandError(str(error)) from error
    text = text.rstrip("\n") + "\n"
    if options.out is None:
        print(text, end="")
        return
    try:
        Path(options.out).write_text(text)
    except OSError as error:
        raise CommandError(f"cannot write {options.out}: {error.strerror}") from error
