"""Options for the physical conditions: one for each field of `Conditions`."""

import argparse
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from eqxfuse._chemistry.conditions import FACTS, Conditions, wrong_values
from eqxfuse._cli.errors import UsageError
from eqxfuse._cli.parser import Argument, number
from eqxfuse._cli.quantities import parse_axis, parse_parameters
from eqxfuse._cli.report import exponents

_MAIN = tuple(name for name, facts in FACTS.items() if facts.symbol)
_FURTHER = tuple(name for name in FACTS if name not in _MAIN)

LARGEST_GRID = 10**8


def add_conditions(parser: argparse.ArgumentParser, **own_defaults: float) -> None:
    """An option for each condition, with the default of `Conditions`; those without any (and not in `own_defaults`)
    are required.
    """
    _add(parser.add_argument_group("physical conditions"), _MAIN, own_defaults)
    further = parser.add_argument_group("further conditions")
    _add(further, _FURTHER, own_defaults)
    _add_parameters(further, Argument(parse_parameters, str, dict), "NAME=X,...")


def add_axes(parser: argparse.ArgumentParser) -> None:
    """As `add_conditions`, but each of the main ones may have many values."""
    text = (
        "Each of these may be one value, a list 10,20,50, or a range lo:hi:n of n values spread evenly, "
        "lo:hi:nlog evenly in the logarithm (10:300:64, 1e2:1e6:5log). The grid is the product of them all."
    )
    axis = Argument(parse_axis, str, list, float)
    _add(parser.add_argument_group("axes of the grid", text), _MAIN, {}, convert=axis, metavar="X[,X...]|LO:HI:N[log]")
    further = parser.add_argument_group("further conditions")
    _add(further, _FURTHER, {})
    many = Argument(lambda text: parse_parameters(text, axes=True), str, dict)
    _add_parameters(further, many, "NAME=X[,X...]|LO:HI:N[log],...")


def add_constants(parser: argparse.ArgumentParser) -> None:
    """An option for each condition, for those that are in no table; without it they have the defaults of `Conditions`,
    if there are any.
    """
    group = parser.add_argument_group("conditions that do not change")
    for name, facts in FACTS.items():
        default = "" if facts.default is None else f" (default: {facts.default:.4g})"
        group.add_argument(f"--{_option(name)}", metavar="X", type=number, help=facts.text + default)
    _add_parameters(group, Argument(parse_parameters, str, dict), "NAME=X,...")


def read_constants(options: argparse.Namespace) -> dict[str, Any]:
    """Arguments of `Conditions` that `options` give."""
    given = {name: getattr(options, name) for name in FACTS if getattr(options, name) is not None}
    return given | {"parameters": {name: value for name, (value,) in options.parameter.items()}}


def _add_parameters(group, convert: Argument, metavar: str) -> None:
    text = "parameters that the rates need beside the conditions (eqxfuse inspect shows them), as in user_J21=1e-2"
    group.add_argument("--parameter", metavar=metavar, type=convert, default={}, help=text)


def _add(group, names: Sequence[str], own_defaults: dict[str, float], convert=number, metavar: str = "X") -> None:
    for name in names:
        option, text, default = f"--{_option(name)}", FACTS[name].text, own_defaults.get(name, FACTS[name].default)
        if default is None:
            group.add_argument(option, metavar=metavar, type=convert, required=True, help=text)
        else:
            text = f"{text} (default: {default:.4g})"
            group.add_argument(option, metavar=metavar, type=convert, default=default, help=text)


def read_conditions(options: argparse.Namespace) -> Conditions:
    """The conditions that `options` ask for. Raises `UsageError`."""
    return _conditions({name: (getattr(options, name),) for name in FACTS} | options.parameter, {})


def read_axes(options: argparse.Namespace) -> tuple[Conditions, dict[str, tuple[float, ...]]]:
    """The conditions of a grid, whose fields are broadcast together, and the values along each of its axes: those of
    the main conditions and of the parameters that have more than one value. Raises `UsageError`.
    """
    given = {name: getattr(options, name) for name in FACTS} | options.parameter
    values = {name: own if isinstance(own, tuple) else (own,) for name, own in given.items()}
    axes = {name: own for name, own in values.items() if len(own) > 1}
    if math.prod(map(len, axes.values())) > LARGEST_GRID:
        shape = " x ".join(str(len(own)) for own in axes.values())
        raise UsageError(f"the grid has {shape} cells: at most {LARGEST_GRID} at a time")
    return _conditions(values, axes), axes


def _conditions(values: dict[str, tuple[float, ...]], axes: dict[str, tuple[float, ...]]) -> Conditions:
    """With an axis for each entry of `axes`, in that order."""
    for name, own in values.items():
        wrong, bound = wrong_values(name, np.array(own))
        if wrong.any():
            raise UsageError(
                f"--{_option(name)} must be finite{bound and f' and {bound}'}, got {own[int(np.argmax(wrong))]!r}"
            )
        if name in FACTS and max(map(abs, own)) > FACTS[name].largest:
            raise UsageError(f"--{_option(name)} must be {FACTS[name].largest:g} at most, got {max(own, key=abs)!r}")
    after = dict(zip(axes, range(len(axes) - 1, -1, -1), strict=True))
    fields: dict[str, Any] = {
        name: np.reshape(own, (-1,) + (1,) * after[name]) if name in axes else own[0] for name, own in values.items()
    }
    try:
        parameters = {name: fields.pop(name) for name in values if name not in FACTS}
        return Conditions(**fields, parameters=parameters)
    except ValueError as error:
        raise UsageError(f"--parameter: {error}") from error


def _option(name: str) -> str:
    return name.replace("_", "-")


def describe(conditions: Conditions) -> str:
    """The main ones in one line."""
    return ", ".join(f"{FACTS[name].symbol} = {_value(conditions, name)}{_unit(name)}" for name in _MAIN)


def typeset(conditions: Conditions) -> str:
    """As `describe`, for Matplotlib."""
    values = (f"{FACTS[name].tex} = {_value(conditions, name)}{_unit(name)}" for name in _MAIN)
    return ", ".join(map(exponents, values))


def _value(conditions: Conditions, field: str) -> str:
    return f"{getattr(conditions, field):.4g}"


def _unit(field: str) -> str:
    return "" if FACTS[field].unit == "1" else f" {FACTS[field].unit}"
