"""Texts on the command line that stand for quantities. Each function raises `ValueError`."""

import math
import re
from collections import Counter

import numpy as np

from eqxfuse._chemistry.constants import TIMES, YEAR

LONGEST = 1e15 * YEAR
"""The end of a solve at the latest."""

LARGEST_COUNT = 10**9
LARGEST_AXIS = 10**6

LARGEST_ABUNDANCE = 1e6

_TIME = re.compile(rf"(?P<number>\S+?)\s*(?P<unit>{'|'.join(sorted(TIMES, key=len, reverse=True))})")


def parse_time(text: str) -> float:
    """`1e6yr`, `300 kyr`, `1Myr`, `3e13 s`: seconds."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no time: give a number with one of the units {', '.join(TIMES)}, such as 1e6yr")
    seconds = parse_number(match["number"], positive=True) * TIMES[match["unit"]]
    if seconds > LONGEST:
        raise ValueError(f"{text} is too long: at most {LONGEST / YEAR:g} yr")
    return seconds


def parse_number(text: str, positive: bool = False, signed: bool = False) -> float:
    """A finite number, zero or more, or above zero with `positive`, or any with `signed`."""
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a number") from None
    if not math.isfinite(value) or (value < 0 and (positive or not signed)) or (positive and value == 0):
        bound = " and above zero" if positive else "" if signed else " and zero or more"
        raise ValueError(f"{text} must be finite{bound}")
    return value


def parse_tolerance(text: str) -> float:
    """A number above zero and below one."""
    value = parse_number(text, positive=True)
    if value >= 1:
        raise ValueError(f"{text} must be below one")
    return value


def parse_count(text: str) -> int:
    """A whole number above zero."""
    if not text.isdecimal() or not 0 < int(text[:20]) <= LARGEST_COUNT:
        raise ValueError(f"{text!r} is not a whole number above zero and at most {LARGEST_COUNT}")
    return int(text)


def parse_whole(text: str) -> int:
    """A whole number, zero or more."""
    return 0 if text == "0" else parse_count(text)


def parse_factor(text: str) -> float:
    """A number of 1 or more."""
    factor = parse_number(text)
    if factor < 1.0:
        raise ValueError(f"{text!r} is not a factor of 1 or more")
    return factor


def parse_axis(text: str, signed: bool = False) -> tuple[float, ...]:
    """`10`, `10,20,50`, `lo:hi:n` (n values spread evenly) or `lo:hi:nlog` (evenly in the logarithm): the values, zero
    or more, or any with `signed`.
    """
    if ":" not in text:
        listed = tuple(parse_number(item.strip(), signed=signed) for item in text.split(","))
        twice = [value for value, number in Counter(listed).items() if number > 1]
        if twice:
            raise ValueError(f"{twice[0]:g} stands twice in {text!r}")
        return listed
    parts = text.split(":")
    if len(parts) != 3:
        raise ValueError(f"{text!r} is no range: write lo:hi:n, as in 10:300:30, or lo:hi:nlog, as in 1e2:1e6:5log")
    logarithmic = parts[2].endswith("log")
    low, high = (parse_number(part, logarithmic, signed) for part in parts[:2])
    number = parse_count(parts[2].removesuffix("log"))
    if not 2 <= number <= LARGEST_AXIS:
        raise ValueError(f"{text!r} must have from 2 to {LARGEST_AXIS} values")
    if low == high:
        raise ValueError(f"{text!r} is one value: write {parts[0]}")
    values = np.geomspace(low, high, number) if logarithmic else np.linspace(low, high, number)
    return tuple(values.tolist())


def parse_names(text: str) -> tuple[str, ...]:
    """`CO,H2O,HCO+`: names."""
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise ValueError(f"{text!r} is no list of names: write it as CO,H2O,HCO+")
    return names


def parse_abundances(text: str) -> dict[str, float]:
    """`H2=0.5,He=0.09,C+=1e-4`: abundance by name."""
    values: dict[str, float] = {}
    for item in parse_names(text):
        name, equals, value = item.rpartition("=")
        if not equals or not name:
            raise ValueError(f"{item!r} is no abundance: write NAME=VALUE, as in H2=0.5,He=0.09,C+=1e-4,e-=1e-4")
        if name in values:
            raise ValueError(f"{name!r} stands twice")
        values[name] = _abundance(name, value)
    return values


def parse_parameters(text: str, axes: bool = False) -> dict[str, tuple[float, ...]]:
    """`user_J21=1e-2,user_ionH=0`: the values of each name. With `axes` there may be many, as in `parse_axis`."""
    found: dict[str, tuple[float, ...]] = {}
    for item in _NEXT_NAME.split(text):
        name, equals, value = (part.strip() for part in item.partition("="))
        if not equals or not name.isidentifier():
            raise ValueError(f"{item!r} is no parameter: write NAME=VALUE, as in user_J21=1e-2,user_ionH=0")
        if name in found:
            raise ValueError(f"{name!r} stands twice")
        found[name] = parse_axis(value, signed=True) if axes else (parse_number(value, signed=True),)
    return found


def parse_columns(text: str) -> dict[str, str]:
    """`time=t,temperature=T_gas`: names of columns."""
    found: dict[str, str] = {}
    for item in parse_names(text):
        name, _, column = item.partition("=")
        if not name or not column:
            raise ValueError(f"{item!r} names no column: write time=t,temperature=T,density=nH")
        if name in found:
            raise ValueError(f"{name!r} stands twice")
        found[name] = column
    return found


def parse_units(text: str) -> dict[str, float | str]:
    """`time=kyr,density=0.5`: the name of a unit of time, or a number."""
    pairs = parse_columns(text).items()
    return {name: unit if unit in TIMES else parse_number(unit, signed=True) for name, unit in pairs}


_NEXT_NAME = re.compile(r",(?=[^,=]*=)")
"""The comma before a name; those between values stay."""


def _abundance(name: str, text: str) -> float:
    """Catalysts and photons that stand for one may have a large number, but no number that overflows a product."""
    value = parse_number(text)
    if value > LARGEST_ABUNDANCE:
        raise ValueError(f"{name}={text} is too large: n/n_H may be {LARGEST_ABUNDANCE:g} at most")
    return value
