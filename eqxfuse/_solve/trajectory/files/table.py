"""One trajectory as a table: a row for each output time, a column for each species."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from eqxfuse._solve.trajectory.files.extra import import_extra

if TYPE_CHECKING:
    from pandas import DataFrame

    from eqxfuse._solve.trajectory.trajectory import Trajectory

TIME = "time [s]"


def to_dataframe(trajectory: "Trajectory") -> "DataFrame":
    """See `Trajectory.dataframe`."""
    times, values = _columns(trajectory, "a table")
    pandas = import_extra("pandas", "a data frame")
    return pandas.DataFrame(values, pandas.Index(times, name=TIME), list(trajectory.species_names))


def write_csv(path: str | Path, trajectory: "Trajectory") -> None:
    """Times [s] and abundances with all their digits, under a line of names."""
    times, values = _columns(trajectory, "a .csv file")
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow((TIME, *trajectory.species_names))
        writer.writerows(np.column_stack([times, values]).astype(str))


def _columns(trajectory: "Trajectory", target: str) -> tuple[np.ndarray, np.ndarray]:
    if trajectory.times.ndim != 1:
        batch = trajectory.times.shape[:-1]
        raise ValueError(
            f"{target} holds one trajectory, this is a batch of shape {batch}; use .npz, to_xarray or .cell(...)"
        )
    return np.asarray(trajectory.times), np.asarray(trajectory.abundances)
