"""`python -m benchmarks`: measure, print, and keep the figures as JSON.

Without a command both are measured in a reduced form, which takes a few minutes.
"""

import argparse
import subprocess
import sys
from pathlib import Path

REDUCED = {
    "rhs": ["--networks", "latent", "small", "gas", "--rounds", "5"],
    "solves": ["--problems", "gas", "--measure", "work-precision", "batch", "--rounds", "5", "--reduced"],
}


def main(arguments: list[str]) -> None:
    if not arguments:
        for command, options in REDUCED.items():
            subprocess.run([sys.executable, "-m", "benchmarks", command, *options], check=True)
        return
    if arguments[0] in ("carbox", "native", "peers", "solves"):
        _use_one_core(arguments)
    options = _parser().parse_args(arguments)

    import jax

    from benchmarks._report import environment, save

    jax.config.update("jax_enable_x64", True)
    print(", ".join(f"{k} {v}" for k, v in environment().items()))
    save(options.out, {options.command: options.run(options)})
    print(f"written to {options.out}")


def _use_one_core(arguments: list[str]) -> None:
    """Before anything imports JAX."""
    from benchmarks._one_core import use_one_core

    known = argparse.ArgumentParser(add_help=False)
    known.add_argument("--core", type=int)
    use_one_core(known.parse_known_args(arguments)[0].core)


def _parser() -> argparse.ArgumentParser:
    from benchmarks import _carbox_script, _native, _peers, _rhs, _solves

    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    modules = {"rhs": _rhs, "native": _native, "solves": _solves, "carbox": _carbox_script, "peers": _peers}
    for name, module in modules.items():
        command = commands.add_parser(name, help=module.__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        command.add_argument(
            "--out", type=Path, default=Path(f"out/benchmarks/{name}.json"), help="where the JSON goes"
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
