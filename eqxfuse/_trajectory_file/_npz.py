"""The .npz file of a trajectory: plain arrays, nothing pickled."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
import numpy as np

from eqxfuse._outcome import from_names, names_of
from eqxfuse._trajectory_file._composition import compositions, species_from

if TYPE_CHECKING:
    from eqxfuse._trajectory import Trajectory

_ARRAYS = ("times", "abundances", "initial")
_COUNT = "statistics_"


def write_arrays(path: str | Path, trajectory: "Trajectory") -> None:
    """Write `times`, `abundances`, `initial`, the names in `species`, the compositions and charges in `composition`
    (JSON), `state`, the name of the `result`, and one `statistics_...` for each count.
    """
    arrays = {name: np.asarray(getattr(trajectory, name)) for name in _ARRAYS}
    arrays |= {_COUNT + name: np.asarray(value) for name, value in trajectory.statistics.items()}
    arrays |= {
        "species": np.array(trajectory.species_names, dtype=str),
        "composition": np.array(json.dumps(compositions(trajectory.species))),
        "state": np.array(trajectory.state),
        "result": names_of(trajectory.result),
    }
    with open(path, "wb") as file:
        np.savez(file, **arrays)  # pyright: ignore[reportArgumentType]


def read_arrays(path: str | Path) -> dict[str, Any]:
    """The fields of the trajectory in a file that `write_arrays` wrote. Raises `ValueError` and `OSError`."""
    try:
        with open(path, "rb") as file, np.load(file) as arrays:
            return _fields(arrays)
    except (KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} is not a trajectory that eqxfuse saved, or is damaged: {error}") from error


def _fields(arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    names = [str(name) for name in arrays["species"]]
    return {
        **{name: jnp.asarray(arrays[name]) for name in _ARRAYS},
        "statistics": {key[len(_COUNT) :]: jnp.asarray(arrays[key]) for key in arrays if key.startswith(_COUNT)},
        "result": from_names(arrays["result"]),
        "species": species_from(names, json.loads(str(arrays["composition"]))),
        "state": str(arrays["state"]),
    }
