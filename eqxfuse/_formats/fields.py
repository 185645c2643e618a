"""Reading the parts of a row. Every function raises `NetworkFormatError` for the row that it is given."""

import math
import re
from collections.abc import Sequence

from eqxfuse._chemistry.reaction import Source
from eqxfuse.errors import NetworkFormatError

_NAME = re.compile(r"(?=[^A-Za-z]*[A-Za-z])[!#-+\--9<-~]+")
"""Visible ASCII without the separators and quotes of the formats (`"`, `,`, `:`, `;`), and a letter somewhere."""


def refuse(row: Source, why: str) -> NetworkFormatError:
    """The error that says that `row` cannot be read."""
    return NetworkFormatError(row.path, row.line, row.text, why)


def number(row: Source, what: str, text: str) -> float:
    """A finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or not text.isascii() or "_" in text:
        raise refuse(row, f"{what} must be a finite number, got {text.strip()!r}")
    return value


def whole_number(row: Source, what: str, text: str) -> int:
    """A whole number of at most nine digits, zero or more."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise refuse(row, f"{what} must be a whole number, got {text!r}")
    return int(text)


def temperature_range(row: Source, low: float, high: float) -> tuple[float, float]:
    """A range of temperatures [K]: 0 <= low <= high."""
    if not 0.0 <= low <= high:
        raise refuse(row, f"the temperature range must have 0 <= Tmin <= Tmax, got {low:g} to {high:g} K")
    return low, high


def require_reactants(row: Source, kind: str, names: Sequence[str], count: int) -> None:
    """The number of species among the reactants that a kind of reaction has by definition."""
    if len(names) != count:
        raise refuse(row, f"{kind} takes {count} species as reactants, got {len(names)}: {' + '.join(names) or 'none'}")


def species_name(row: Source, text: str) -> str:
    """A name that can be one of a species: not a number, and without spaces or separators."""
    try:
        float(text)
    except ValueError:
        if _NAME.fullmatch(text):
            return text
    raise refuse(row, f"{text!r} is not the name of a species")
