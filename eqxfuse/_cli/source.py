"""`eqxfuse source`: the code that is generated for a network."""

import argparse
from pathlib import Path
from typing import get_args

from eqxfuse._cli.errors import CommandError
from eqxfuse._cli.inputs import open_network
from eqxfuse._cli.parser import add_network
from eqxfuse._kernels import Backend
from eqxfuse._rhs.codegen import CodeGenerator
from eqxfuse._rhs.fused import FusedRHS
from eqxfuse.errors import BackendUnavailable, UnsupportedRateLaw


def add_source(parser: argparse.ArgumentParser) -> None:
    add_network(parser)
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
            text = CodeGenerator(network, coefficients="literal").generate_code()
        else:
            text = FusedRHS(network, backend=options.backend).source
    except (BackendUnavailable, UnsupportedRateLaw) as error:
        raise CommandError(str(error)) from error
    text = text.rstrip("\n") + "\n"
    if options.out is None:
        print(text, end="")
        return
    try:
        Path(options.out).write_text(text)
    except OSError as error:
        raise CommandError(f"cannot write {options.out}: {error.strerror}") from error
