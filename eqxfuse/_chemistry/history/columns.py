"""From the columns of a table, which are said once, to fields of conditions."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from eqxfuse._chemistry.conditions import FACTS
from eqxfuse._chemistry.constants import TIMES
from eqxfuse._chemistry.history.files import Table
from eqxfuse._chemistry.history.table import check_table

Units: TypeAlias = Mapping[str, float | str]
"""For `time` and for fields what their columns are multiplied with; for `time` also the name of a unit."""

TIME = "time"


def read_columns(
    table: Table, columns: Mapping[str, str], units: Units, constants: Mapping[str, Any]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Times [*tracers, rows] in seconds, and fields and parameters by name, alike. Raises `ValueError`."""
    if TIME not in columns:
        raise ValueError(f'columns must say which column is the time, as in {{"time": "t"}}, got {dict(columns)}')
    for name in ("temperature", "density"):
        if name not in columns and name not in constants:
            raise ValueError(f"a history needs the {name}: name its column, or give {name}=... for one value")
    twice = sorted(columns.keys() & {*constants, *constants.get("parameters", {})})
    if twice:
        raise ValueError(f"{twice[0]} is given twice: as a column and as a constant")
    stray = sorted(units.keys() - columns.keys())
    if stray:
        raise ValueError(f"units are given for {stray[0]}, of which no column is named")
    found = {name: table.column(column) * _factor(name, units.get(name, 1.0)) for name, column in columns.items()}
    shape = max((array.shape for array in found.values()), key=len)
    for name, array in found.items():
        if array.ndim == 0 or array.shape not in (shape, shape[-1:]):
            raise ValueError(
                f"{table.name}: columns must have one length, but {columns[name]!r} has shape {array.shape} and "
                f"others {shape}"
            )
    found = {name: np.broadcast_to(array, shape) for name, array in found.items()}
    times = found.pop(TIME)
    for tracer in np.ndindex(shape[:-1]):
        where = f" of tracer {tracer[0] if len(tracer) == 1 else tracer}" if tracer else ""

        def place(row: int, field: str, where=where) -> str:
            return f"{table.name}: {table.row(row)}{where}, column {columns[field]!r} ({field})"

        check_table(times[tracer], {name: array[tracer] for name, array in found.items()}, place)
        for name, array in found.items():
            _check_size(name, array[tracer], place)
    return times, found


def _factor(name: str, unit: float | str) -> float:
    if isinstance(unit, str):
        if name != TIME or unit not in TIMES:
            hint = f"{', '.join(TIMES)}, or a number of seconds" if name == TIME else f"a number [{_unit(name)}]"
            raise ValueError(f"the unit of {name} must be {hint}, got {unit!r}")
        return TIMES[unit]
    if not np.isfinite(unit) or unit == 0:
        raise ValueError(f"the unit of {name} must be finite and not 0, got {unit!r}")
    return float(unit)


def _unit(name: str) -> str:
    return FACTS[name].unit if name in FACTS else "1"


def _check_size(name: str, values: np.ndarray, place) -> None:
    """What is beyond all laws is in other units."""
    if name in FACTS and (values > FACTS[name].largest).any():
        row = int(np.argmax(values > FACTS[name].largest))
        raise ValueError(
            f"{place(row, name)} is {values[row]:g} {_unit(name)}, more than any law holds for "
            f"({FACTS[name].largest:g}): look at its units"
        )
