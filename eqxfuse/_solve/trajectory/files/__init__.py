"""Trajectories as files and as the tables of other libraries.

Everything here takes the fields of a `Trajectory` by name, as the readers give them back, and with them `gas_density`
[*batch, times] where the gas is compressed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eqxfuse._solve.durable import durable, durable_folder
from eqxfuse._solve.trajectory.files.arrays import origin_arrays as origin_arrays
from eqxfuse._solve.trajectory.files.arrays import read_arrays, write_arrays
from eqxfuse._solve.trajectory.files.labelled import axis_names as axis_names
from eqxfuse._solve.trajectory.files.labelled import read_dataset, write_dataset
from eqxfuse._solve.trajectory.files.labelled import to_dataset as to_dataset
from eqxfuse._solve.trajectory.files.stored import read_zarr, write_zarr
from eqxfuse._solve.trajectory.files.table import to_dataframe as to_dataframe
from eqxfuse._solve.trajectory.files.table import write_csv

_WRITERS = {".npz": write_arrays, ".csv": write_csv, ".nc": write_dataset, ".zarr": write_zarr}
_READERS = {".npz": read_arrays, ".nc": read_dataset, ".zarr": read_zarr}
SUFFIXES = tuple(_WRITERS)


def write_file(path: str | Path, fields: Mapping[str, Any]) -> None:
    """Write the kind of file that the suffix of `path` asks for, durably. Raises `ValueError` for another suffix."""
    write = _for_suffix(path, _WRITERS, "saved")
    with (durable_folder if write is write_zarr else durable)(Path(path)) as part:
        write(part, fields)


def read_fields(path: str | Path) -> dict[str, Any]:
    """The fields of the trajectory in a file. Raises `ValueError` for a suffix or a content that is something else."""
    return _for_suffix(path, _READERS, "loaded")(Path(path))


def _for_suffix(path: str | Path, known: dict, action: str):
    suffix = Path(path).suffix
    if suffix not in known:
        raise ValueError(f"{path}: a trajectory can be {action} as {', '.join(known)}, not as {suffix!r}")
    return known[suffix]
