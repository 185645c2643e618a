"""The command `eqxfuse`."""

import io
import os
import sys
import warnings
from argparse import RawDescriptionHelpFormatter
from collections.abc import Sequence

import jax

from eqxfuse._cli.cache import add_cache
from eqxfuse._cli.collapse import add_collapse
from eqxfuse._cli.compare import add_compare
from eqxfuse._cli.ensemble import add_ensemble
from eqxfuse._cli.errors import CommandError, UsageError
from eqxfuse._cli.grid import add_grid
from eqxfuse._cli.inspect import add_inspect
from eqxfuse._cli.interrupt import end_when_interrupted
from eqxfuse._cli.parser import Parser
from eqxfuse._cli.report import show_warnings
from eqxfuse._cli.run import add_demo, add_run
from eqxfuse._cli.slab import add_slab
from eqxfuse._cli.source import add_source
from eqxfuse._cli.tracers import add_tracers
from eqxfuse._version import __version__

_COMMANDS = {
    "demo": (add_demo, "integrate a small dark-cloud network that ships with eqxfuse, over a million years"),
    "run": (add_run, "integrate a network file"),
    "collapse": (add_collapse, "let one zone of gas that heats and cools fall freely (primordial gas, by default)"),
    "slab": (add_slab, "find the chemistry over the depth of a slab that light enters: a photodissociation region"),
    "grid": (add_grid, "integrate a network for many conditions; goes on where an earlier run was stopped"),
    "tracers": (
        add_tracers,
        "integrate a network along histories of conditions, as of tracer particles; goes on as grid",
    ),
    "ensemble": (add_ensemble, "integrate a network with coefficients drawn as well as they are known, many times"),
    "inspect": (add_inspect, "report what a network file holds: sizes, ranges, duplicates, errors, cost"),
    "compare": (add_compare, "tell two networks apart: species, reactions, coefficients; exit status as that of diff"),
    "source": (add_source, "print the code that is generated for a network file"),
    "cache": (add_cache, "show or clear the native code that is kept on disk"),
}
_RUN_EXAMPLE = """example:
  eqxfuse run rate22_final.rates --temperature 10 --density 2e4 --t-end 1Myr \\
      --initial H2=0.5,He=0.09,C+=1e-4,e-=1e-4,O=1.8e-4 --species CO,H2O,HCO+ --out results

With --history conditions change over time, as around a star of 15 solar masses that warms ice:
  eqxfuse run reactions.csv --species-file species.csv --history hot-core --mass 15 --temperature 10 --density 1e6 \\
      --initial 'H2=0.5,HE=0.1,CO=2e-5,@CO=3e-5,@H2O=1e-4,@CH3OH=5e-6,@CH4=3e-6,@NH3=1e-5,#H2O=1e-6' \\
      --max-steps 20000 --t-end 0.2Myr
"""
_SLAB_EXAMPLE = """example:
  eqxfuse slab --density 1e3 --g0 10 --temperature 50 --av 10 --species H,H2,C+,C,CO

--av is the depth of the slab; what shields it, columns of H2, CO and C, is added up from the surface inwards.
"""
_GRID_EXAMPLE = """example:
  eqxfuse grid rate22_final.rates --temperature 10:50:9 --density 1e3:1e6:13log --t-end 1Myr \\
      --initial H2=0.5,He=0.09,C+=1e-4,e-=1e-4,O=1.8e-4 --species CO,H2O,HCO+ --out results

The result is a trajectory with the axes of the grid in front (eqxfuse.Trajectory.load), with the values along them
as axis_temperature and so on. A run that was killed goes on when it is given once more.
"""
_TRACERS_EXAMPLE = """example:
  eqxfuse tracers rate22_final.rates tracer_*.csv --columns time=t,temperature=T,density=nH --units time=kyr \\
      --av 3 --initial H2=0.5,He=0.09,C+=1e-4,e-=1e-4,O=1.8e-4 --species CO,H2O,HCO+ --out results

The result is a trajectory with an axis of tracers in front (eqxfuse.Trajectory.load). A run that was killed goes on
when it is given once more.
"""
_ENSEMBLE_EXAMPLE = """example:
  eqxfuse ensemble rate22_final.rates --members 1000 --temperature 10 --density 2e4 --t-end 1Myr \\
      --initial H2=0.5,He=0.09,C+=1e-4,e-=1e-4,O=1.8e-4 --species CO,H2O,HCO+ --out results

ln k is normal around its value with the standard deviation ln F; files of UMIST and KIDA state F. The result is read by
eqxfuse.Ensemble.load. A run that was killed goes on when it is given once more.
"""
_EXAMPLES = {
    "run": _RUN_EXAMPLE,
    "slab": _SLAB_EXAMPLE,
    "grid": _GRID_EXAMPLE,
    "tracers": _TRACERS_EXAMPLE,
    "ensemble": _ENSEMBLE_EXAMPLE,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0, or 1 for a failure, or 2 for a mistake in the arguments.

    `compare` has the statuses of `diff`: 0 for equal, 1 for different, 2 for any trouble.

    Without `arguments` the process is the command: it takes its own command line, Ctrl-C ends it at once, and what the
    terminal cannot show is escaped.
    """
    if arguments is None:
        end_when_interrupted()
        _escape_what_cannot_be_shown()
    options = _parser().parse_args(arguments)
    jax.config.update("jax_enable_x64", True)
    try:
        with warnings.catch_warnings():
            show_warnings()
            status = options.command(options) or 0
        print(end="", flush=True)
    except UsageError as error:
        return _fail(options.prog, error, 2)
    except CommandError as error:
        return _fail(options.prog, error, 1)
    except KeyboardInterrupt:
        return _fail(options.prog, "interrupted", 130)
    except OSError as error:  # of the standard output; commands make a `CommandError` of all others
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what Python writes to it at its end
        if isinstance(error, BrokenPipeError):  # the reader of a pipe (`| head`) has seen enough
            return 1
        return _fail(options.prog, error, options.trouble)
    return status


def _escape_what_cannot_be_shown() -> None:
    """As Python does on stderr: names of files and species may hold anything."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _fail(prog: str, error: Exception | str, status: int) -> int:
    print(f"{prog}: error: {error}", file=sys.stderr)
    return status


def _parser() -> Parser:
    parser = Parser("eqxfuse", description="Chemistry for JAX, compiled for exactly your network.")
    parser.add_argument("--version", action="version", version=f"eqxfuse {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, (add, text) in _COMMANDS.items():
        command = commands.add_parser(
            name,
            help=text,
            description=f"{text[0].upper()}{text[1:]}.",
            epilog=_EXAMPLES.get(name),
            formatter_class=RawDescriptionHelpFormatter,
        )
        command.set_defaults(prog=command.prog, trouble=1)
        add(command)
    return parser
