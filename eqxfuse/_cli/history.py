"""`--history NAME`: conditions over time from a formula, which begin with those of the command line."""

import argparse
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from eqxfuse import _models as models
from eqxfuse._chemistry.conditions import FACTS, Conditions
from eqxfuse._chemistry.constants import YEAR
from eqxfuse._chemistry.history.history import History
from eqxfuse._cli.errors import UsageError
from eqxfuse._cli.parser import Argument
from eqxfuse._cli.quantities import parse_number, parse_time

_positive = Argument(lambda text: parse_number(text, positive=True), float)
_OPTIONS = {
    "mass": (_positive, "X", "mass of the star [solar masses], from 1 to 60 (hot-core)"),
    "warm_up_time": (Argument(parse_time), "TIME", "how long the warm-up takes, with its unit (warm-up)"),
    "to_temperature": (_positive, "X", "where a warm-up ends [K] (hot-core, 300 if left out; warm-up, 200)"),
    "to_density": (_positive, "X", "density n_H at which the fall ends [cm^-3] (free-fall)"),
    "overdensity": (_positive, "X", "of the sphere, 1.1 or 4 (bonnor-ebert, 1.1 if left out)"),
    "velocity": (_positive, "X", "of the shock [km s^-1] (c-shock, 10 to 40; j-shock, 5 to 40)"),
}
"""Type, metavar and help of each option."""


class _Kind(NamedTuple):
    """A model and its arguments, by the options that give them."""

    make: Callable[..., History]
    needed: dict[str, str]
    further: dict[str, str]


HISTORIES = {
    "bonnor-ebert": _Kind(models.bonnor_ebert, {}, {"overdensity": "overdensity"}),
    "c-shock": _Kind(models.c_shock, {"velocity": "velocity"}, {}),
    "free-fall": _Kind(models.free_fall_history, {"to_density": "to_density"}, {}),
    "hot-core": _Kind(models.hot_core, {"mass": "mass"}, {"to_temperature": "to_temperature"}),
    "j-shock": _Kind(models.j_shock, {"velocity": "velocity"}, {}),
    "warm-up": _Kind(models.warm_up, {"warm_up_time": "time"}, {"to_temperature": "to_temperature"}),
}


def add_history(parser: argparse.ArgumentParser) -> None:
    """`--history` and the parameters of each."""
    text = "Conditions that change over time; those given are the ones of the start. The last ones hold until the end."
    group = parser.add_argument_group("history", text)
    group.add_argument("--history", choices=tuple(HISTORIES), help="what happens to the gas (default: nothing)")
    for name, (convert, metavar, text) in _OPTIONS.items():
        group.add_argument(f"--{_option(name)}", metavar=metavar, type=convert, help=text)


def read_history(options: argparse.Namespace, conditions: Conditions) -> History | None:
    """The history that is asked for, if any. Raises `UsageError`."""
    given = {name for name in _OPTIONS if getattr(options, name) is not None}
    if options.history is None:
        if given:
            raise UsageError(f"--{_option(min(given))} is for a history: give --history, too")
        return None
    kind = HISTORIES[options.history]
    arguments = kind.needed | kind.further
    for name in sorted(given - arguments.keys()):
        raise UsageError(f"--{_option(name)} is not for --history {options.history}")
    for name in sorted(kind.needed.keys() - given):
        raise UsageError(f"--history {options.history} needs --{_option(name)}")
    try:
        made = kind.make(conditions, **{arguments[name]: getattr(options, name) for name in given})
    except ValueError as error:
        raise UsageError(f"--history {options.history}: {error}") from error
    if options.thermal and "temperature" in made.changing:
        raise UsageError(f"--history {options.history} gives the temperature, which --thermal would solve for")
    return made


def describe_history(name: str, history: History) -> str:
    """Its name, its length and what it changes, from where to where."""
    changes = (_change(field, getattr(history.conditions, field)) for field in history.changing)
    return f"{name} over {float(history.times[-1]) / YEAR:.4g} yr: {', '.join(changes)}"


def moving(history: History, times: np.ndarray) -> dict[str, np.ndarray]:
    """What a table and a picture show of it: temperature [K] and density [cm^-3] at the `times` [s], by their fields,
    those of them that change."""
    now = history(times)
    return {name: np.asarray(getattr(now, name)) for name in ("temperature", "density") if name in history.changing}


def _change(field: str, values) -> str:
    unit = "" if FACTS[field].unit == "1" else f" {FACTS[field].unit}"
    return f"{FACTS[field].symbol or field.replace('_', ' ')} {values[0]:.4g} to {values[-1]:.4g}{unit}"


def _option(name: str) -> str:
    return name.replace("_", "-")
