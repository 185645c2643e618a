"""What takes part in the comparison of whole solves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Solve = Callable[[float, float], tuple[Any, Mapping[str, Any]]]


@dataclass(frozen=True)
class SolveContender:
    """`solve(rtol, atol)` gives abundances [times, species], NaN after a failure, and counts of what it did.

    The counts are `steps` and, where known, evaluations of f and of the Jacobian, and factorisations. `reference`
    [species] is the final state to compare with, where it is not the problem's own.
    """

    name: str
    solve: Solve
    tolerances: tuple[tuple[float, float], ...]
    reference: np.ndarray | None = None


def tolerances(first: int, last: int, atols: tuple[float, ...], parts: int = 1) -> tuple[tuple[float, float], ...]:
    """(rtol, atol) with `parts` values of rtol a decade, from 10^first down to 10^last, for each of `atols`."""
    steps = range(-first * parts, -last * parts + 1)
    return tuple((float(f"{10.0 ** (-i / parts):.2g}"), atol) for atol in atols for i in steps)
