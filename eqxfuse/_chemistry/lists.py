"""One thing or several, in arguments and in words."""

from collections.abc import Iterable
from typing import Any


def listed(given: Any | Iterable[Any], one: type | tuple[type, ...] = str) -> tuple:
    """A tuple of what was `given`; a single `one` is a list of itself: the text "CO" names one species, not C and O."""
    return (given,) if isinstance(given, one) else tuple(given)


def counted(number: int, noun: str, several: str = "") -> str:
    """`1 reaction`, `3 reactions`; `several` is the plural, where that is not `noun` with an s."""
    return f"{number} {noun}" if number == 1 else f"{number} {several or noun + 's'}"
