"""`python -m benchmarks`: measure, print, and keep the figures as JSON."""

import argparse
from pathlib import Path

import jax

from benchmarks import _rhs
from benchmarks._report import environment, save


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/benchmarks.json"), help="where the JSON goes")
    _rhs.add_arguments(parser)
    options = parser.parse_args()
    jax.config.update("jax_enable_x64", True)
    print(", ".join(f"{k} {v}" for k, v in environment().items()))
    save(options.out, {"rhs": _rhs.run(options)})
    print(f"written to {options.out}")


if __name__ == "__main__":
    main()
