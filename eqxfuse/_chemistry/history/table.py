"""Is a table of conditions over time one?"""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.core
import numpy as np

from eqxfuse._chemistry.conditions import wrong_values

Place = Callable[[int, str], str]
"""Words for a row, by its position, of a field."""


def row_of(row: int, field: str) -> str:
    """A place in arrays."""
    return f"row {row} of the {field}"


def check_table(times: Any, tables: Mapping[str, Any], place: Place = row_of) -> None:
    """Raise `ValueError` for times [rows] that do not increase, for tables of another length, and for values that no
    cell can have. What is traced is not looked at but for its shape.
    """
    if np.ndim(times) != 1 or len(times) < 2:
        raise ValueError(f"a history needs two or more times [s] in a list, got shape {np.shape(times)}")
    for name, table in tables.items():
        if np.shape(table) != (len(times),):
            raise ValueError(
                f"{name} must be a number or have a value for each of the {len(times)} times, got shape "
                f"{np.shape(table)}; make a batch with History.stack"
            )
    if not isinstance(times, jax.core.Tracer):
        _check_times(np.asarray(times), place)
    for name, table in tables.items():
        if isinstance(table, jax.core.Tracer):
            continue
        values = np.asarray(table, float)
        wrong, bound = wrong_values(name, values)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise ValueError(f"{place(row, name)} must be finite{bound and f' and {bound}'}, got {values[row]!r:.40}")


def _check_times(times: np.ndarray, place: Place) -> None:
    if not np.isfinite(times).all():
        row = int(np.argmin(np.isfinite(times)))
        raise ValueError(f"{place(row, 'time')} must be finite, got {float(times[row])!r}")
    if not (np.diff(times) > 0).all():
        row = int(np.argmin(np.diff(times) > 0)) + 1
        raise ValueError(
            f"times must increase: {place(row, 'time')} is {float(times[row])!r} s after {float(times[row - 1])!r} s"
        )
