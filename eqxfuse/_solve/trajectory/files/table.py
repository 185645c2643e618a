"""One trajectory as a table: a row for each output time, a column for each species."""

import csv
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pandas import DataFrame

TIME = "time [s]"
TEMPERATURE = "temperature [K]"
DENSITY = "gas density [cm^-3]"


def to_dataframe(fields: Mapping[str, Any]) -> "DataFrame":
    """See `Trajectory.dataframe`."""
    names, times, values = _columns(fields, "a table")
    pandas = import_extra("pandas", "a data frame")
    return pandas.DataFrame(values, pandas.Index(times, name=TIME), names)


def write_csv(path: Path, fields: Mapping[str, Any]) -> None:
    """Times [s], abundances and, where it was solved for, the temperature [K], with all their digits, under a line of
    names.
    """
    names, times, values = _columns(fields, "a .csv file")
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow((TIME, *names))
        writer.writerows(np.column_stack([times, values]).astype(str))


def _columns(fields: Mapping[str, Any], target: str) -> tuple[list[str], np.ndarray, np.ndarray]:
    times = np.asarray(fields["times"])
    if times.ndim != 1:
        raise ValueError(
            f"{target} holds one trajectory, this is a batch of shape {times.shape[:-1]}; "
            "use .npz, to_xarray or .cell(...)"
        )
    names, values = [s.name for s in fields["species"]], np.asarray(fields["abundances"])
    if "gas_density" in fields:
        names, values = [DENSITY, *names], np.column_stack([np.asarray(fields["gas_density"]), values])
    if fields["temperature"] is None:
        return names, times, values
    return [*names, TEMPERATURE], times, np.column_stack([values, np.asarray(fields["temperature"])])


def import_extra(module: str, purpose: str, extra: str = "tables") -> Any:
    """A library that comes with an extra. Raises `ImportError` that says what to install."""
    try:
        return importlib.import_module(module)
    except ImportError as missing:
        raise ImportError(f"{purpose} needs {module}: pip install 'eqxfuse[{extra}]'") from missing
