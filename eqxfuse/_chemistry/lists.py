"""Arguments that are one thing or several."""

from collections.abc import Iterable
from typing import Any


def listed(given: Any | Iterable[Any], one: type | tuple[type, ...] = str) -> tuple:
    """A tuple of what was `given`; a single `one` is a list of itself: the text "CO" names one species, not C and O."""
    return (given,) if isinstance(given, one) else tuple(given)
