"""The kinds of trajectory files, by the end of their names."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from eqxfuse._solve.trajectory.files.dataset import read_dataset, write_dataset
from eqxfuse._solve.trajectory.files.npz import read_arrays, write_arrays
from eqxfuse._solve.trajectory.files.table import write_csv

if TYPE_CHECKING:
    from eqxfuse._solve.trajectory.trajectory import Trajectory

_WRITERS = {".npz": write_arrays, ".csv": write_csv, ".nc": write_dataset}
_READERS = {".npz": read_arrays, ".nc": read_dataset}
SUFFIXES = tuple(_WRITERS)


def write_file(path: str | Path, trajectory: "Trajectory") -> None:
    """Write the kind of file that the suffix of `path` asks for. Raises `ValueError` for another suffix."""
    _for_suffix(path, _WRITERS, "saved")(path, trajectory)


def read_fields(path: str | Path) -> dict[str, Any]:
    """The fields of the trajectory in a file. Raises `ValueError` for a suffix or a content that is something else."""
    return _for_suffix(path, _READERS, "loaded")(path)


def _for_suffix(path: str | Path, known: dict, action: str):
    suffix = Path(path).suffix
    if suffix not in known:
        raise ValueError(f"{path}: a trajectory can be {action} as {', '.join(known)}, not as {suffix!r}")
    return known[suffix]
