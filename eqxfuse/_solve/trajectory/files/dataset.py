"""Trajectories, single and in batches, as labelled arrays of xarray and as NetCDF files."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
import numpy as np

from eqxfuse._solve.outcome import from_names, names_of
from eqxfuse._solve.trajectory.files.axes import axis_names
from eqxfuse._solve.trajectory.files.composition import compositions, species_from
from eqxfuse._solve.trajectory.files.extra import import_extra
from eqxfuse._solve.trajectory.files.labels import label, labels, origin_from

if TYPE_CHECKING:
    from xarray import Dataset

    from eqxfuse._solve.trajectory.trajectory import Trajectory

_ENGINE = "scipy"
"""NetCDF 3 through the library that JAX brings along."""

_COUNT = "statistics_"
_UNITS = {"abundance": ("n/n_H", "1"), "density": ("number density", "cm-3")}


def to_dataset(trajectory: "Trajectory", dims: Sequence[str] = ()) -> "Dataset":
    """See `Trajectory.to_xarray`."""
    batch = _batch_dims(trajectory, tuple(dims))
    times = np.asarray(trajectory.times)
    same = bool((times == times.reshape(-1, times.shape[-1])[0]).all())
    output = "time" if same else "output"
    time_dims = ("time",) if same else (*batch, "output")
    name, (long_name, units) = trajectory.state, _UNITS[trajectory.state]
    attributes = {"long_name": long_name, "units": units}
    variables = {
        name: ((*batch, output, "species"), np.asarray(trajectory.abundances), attributes),
        "initial": ((*batch, "species"), np.asarray(trajectory.initial), attributes),
        **_end(trajectory, batch, attributes),
        "result": (batch, names_of(trajectory.result)),
        **{_COUNT + key: (batch, np.asarray(value)) for key, value in trajectory.statistics.items()},
    }
    _check_names(batch, {*variables, "time", "output", "species"})
    times = times.reshape(-1, times.shape[-1])[0] if same else times
    coordinates = {"time": (time_dims, times, {"units": "s"}), "species": np.array(trajectory.species_names, dtype=str)}
    attrs = {"composition": json.dumps(compositions(trajectory.species))}
    if trajectory.origin is not None:
        own_coordinates, own_attrs = labels(trajectory.origin, batch, trajectory.state)
        coordinates, attrs = coordinates | own_coordinates, attrs | own_attrs
    return import_extra("xarray", "a labelled array").Dataset(variables, coordinates, attrs)


def write_dataset(path: str | Path, trajectory: "Trajectory") -> None:
    """`to_dataset` as a NetCDF file."""
    to_dataset(trajectory).to_netcdf(path, engine=_ENGINE)


def read_dataset(path: str | Path) -> dict[str, Any]:
    """The fields of the trajectory in a file that `write_dataset` wrote. Raises `ValueError` and `OSError`."""
    xarray = import_extra("xarray", "a .nc file")
    try:
        return _fields(xarray.load_dataset(path, engine=_ENGINE))
    except (LookupError, TypeError, ValueError, EOFError) as error:
        raise ValueError(f"{path} is not a trajectory that eqxfuse saved, or is damaged: {error}") from error


def _fields(dataset: "Dataset") -> dict[str, Any]:
    state = "density" if "density" in dataset.data_vars else "abundance"
    values = dataset[state].to_numpy()
    names = [str(name) for name in dataset["species"].to_numpy()]
    counts = [str(name) for name in dataset if str(name).startswith(_COUNT)]
    return {
        "times": jnp.asarray(np.broadcast_to(dataset["time"].to_numpy(), values.shape[:-1])),
        "abundances": jnp.asarray(values),
        "initial": jnp.asarray(dataset["initial"].to_numpy()),
        **{name: jnp.asarray(dataset[name].to_numpy()) for name in ("end_time", "end_state") if name in dataset},
        "statistics": {name[len(_COUNT) :]: jnp.asarray(dataset[name].to_numpy()) for name in counts},
        "result": from_names(dataset["result"].to_numpy()),
        "species": species_from(names, json.loads(dataset.attrs["composition"])),
        "state": state,
        "origin": origin_from(dataset, state),
    }


def _end(trajectory: "Trajectory", batch: tuple[str, ...], attributes: dict[str, str]) -> dict[str, tuple]:
    if trajectory.end_time is None:
        return {}
    return {
        "end_time": (batch, np.asarray(trajectory.end_time), {"units": "s"}),
        "end_state": ((*batch, "species"), np.asarray(trajectory.end_state), attributes),
    }


def _batch_dims(trajectory: "Trajectory", dims: tuple[str, ...]) -> tuple[str, ...]:
    axes = trajectory.times.ndim - 1
    if dims and len(dims) != axes:
        raise ValueError(f"to_xarray got names for {len(dims)} batch axes ({', '.join(dims)}), there are {axes}")
    if dims or trajectory.origin is None:
        return dims or axis_names(None, axes)
    known, conditions = trajectory.origin.dims, trajectory.origin.conditions
    return tuple(
        label(name, trajectory.state) for name in (known if len(known) == axes else axis_names(conditions, axes))
    )


def _check_names(batch: tuple[str, ...], taken: set[str]) -> None:
    if len(set(batch)) < len(batch) or taken & set(batch):
        raise ValueError(f"axes must have different names, none of them {', '.join(sorted(taken))}: {', '.join(batch)}")
