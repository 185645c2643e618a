"""Texts on the command line that stand for quantities. Each function raises `ValueError`."""

import math
import re

from eqxfuse._constants import YEAR

UNITS = {"s": 1.0, "yr": YEAR, "kyr": 1e3 * YEAR, "Myr": 1e6 * YEAR, "Gyr": 1e9 * YEAR}
_TIME = re.compile(rf"(?P<number>\S+?)\s*(?P<unit>{'|'.join(sorted(UNITS, key=len, reverse=True))})")


def parse_time(text: str) -> float:
    """`1e6yr`, `300 kyr`, `1Myr`, `3e13 s`: seconds."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no time: give a number with one of the units {', '.join(UNITS)}, such as 1e6yr")
    return parse_number(match["number"], positive=True) * UNITS[match["unit"]]


def parse_number(text: str, positive: bool = False) -> float:
    """A finite number, zero or more, or above zero with `positive`."""
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a number") from None
    if not math.isfinite(value) or value < 0 or (positive and value == 0):
        raise ValueError(f"{text} must be finite and {'above zero' if positive else 'zero or more'}")
    return value


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
        values[name] = parse_number(value)
    return values
