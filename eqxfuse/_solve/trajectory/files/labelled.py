"""Trajectories, single and in batches, as labelled arrays of xarray and as NetCDF files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
import numpy as np

from eqxfuse._chemistry.conditions import FACTS, FIELDS, PARAMETER, Conditions, Facts
from eqxfuse._solve.outcome import from_names, names_of
from eqxfuse._solve.trajectory.files.arrays import compositions, species_from
from eqxfuse._solve.trajectory.files.table import import_extra
from eqxfuse._solve.trajectory.origin import NUMBERS, Origin
from eqxfuse._version import __version__

if TYPE_CHECKING:
    from xarray import Dataset

_ENGINE = "scipy"
"""NetCDF 3 through the library that JAX brings along."""

_COUNT = "statistics_"
_MORE = {name: name for name in ("end_time", "end_state", "end_temperature")} | {"temperature": "gas_temperature"}
"""What not every trajectory has, and its name beside the conditions, of which one is called temperature."""

_PARAMETER = "parameter"
"""The attribute that marks the coordinates which are parameters of the conditions."""
_UNITS = {"abundance": ("n/n_H", "1"), "density": ("number density", "cm-3")}
_SECONDS = {"units": "s"}


def to_dataset(fields: Mapping[str, Any], dims: Sequence[str] = ()) -> "Dataset":
    """See `Trajectory.to_xarray`."""
    state, origin = fields["state"], fields["origin"]
    times = np.asarray(fields["times"])
    batch = _batch_dims(times.ndim - 1, origin, state, tuple(dims))
    first = times.reshape(-1, times.shape[-1])[0]
    same = bool((times == first).all())
    output = "time" if same else "output"
    long_name, units = _UNITS[state]
    attributes = {"long_name": long_name, "units": units}
    variables = {
        state: ((*batch, output, "species"), np.asarray(fields["abundances"]), attributes),
        "initial": ((*batch, "species"), np.asarray(fields["initial"]), attributes),
        **_more(fields, batch, output, attributes),
        "result": (batch, names_of(fields["result"])),
        **{_COUNT + key: (batch, np.asarray(value)) for key, value in fields["statistics"].items()},
    }
    _check_names(batch, origin, {*variables, "time", "output", "species"})
    coordinates = {
        "time": ("time", first, _SECONDS) if same else ((*batch, output), times, _SECONDS),
        "species": np.array([s.name for s in fields["species"]], dtype=str),
    }
    attrs = {"composition": compositions(fields["species"]), "eqxfuse_version": __version__}
    if origin is not None:
        own_coordinates, own_attrs = _labels(origin, batch, state)
        coordinates, attrs = coordinates | own_coordinates, attrs | own_attrs
    return import_extra("xarray", "a labelled array").Dataset(variables, coordinates, attrs)


def write_dataset(path: Path, fields: Mapping[str, Any]) -> None:
    """`to_dataset` as a NetCDF file."""
    to_dataset(fields).to_netcdf(path, engine=_ENGINE)


def read_dataset(path: Path) -> dict[str, Any]:
    """The fields of the trajectory in a file that `write_dataset` wrote. Raises `ValueError` and `OSError`."""
    xarray = import_extra("xarray", "a .nc file")
    try:
        return fields_of(xarray.load_dataset(path, engine=_ENGINE))
    except (LookupError, TypeError, ValueError, EOFError) as error:
        raise ValueError(f"{path} is not a trajectory that eqxfuse saved, or is damaged: {error}") from error


def fields_of(dataset: "Dataset") -> dict[str, Any]:
    """The fields of the trajectory that `to_dataset` made this of. Raises `LookupError` for another one."""
    state = "density" if "density" in dataset.data_vars else "abundance"
    values = dataset[state].to_numpy()
    names = [str(name) for name in dataset["species"].to_numpy()]
    counts = [str(name) for name in dataset if str(name).startswith(_COUNT)]
    return {
        "times": jnp.asarray(np.broadcast_to(dataset["time"].to_numpy(), values.shape[:-1])),
        "abundances": jnp.asarray(values),
        "initial": jnp.asarray(dataset["initial"].to_numpy()),
        **{name: jnp.asarray(dataset[own].to_numpy()) for name, own in _MORE.items() if own in dataset.data_vars},
        "statistics": {name[len(_COUNT) :]: jnp.asarray(dataset[name].to_numpy()) for name in counts},
        "result": from_names(dataset["result"].to_numpy()),
        "species": species_from(names, dataset.attrs["composition"]),
        "state": state,
        "origin": _origin(dataset, state),
    }


def _more(fields: Mapping[str, Any], batch: tuple[str, ...], output: str, attributes: dict[str, str]):
    """What not every trajectory has: variables by the names of the fields."""
    kelvin = {"long_name": FACTS["temperature"].meaning, "units": "K"}
    described = {
        "end_time": (batch, _SECONDS),
        "end_state": ((*batch, "species"), attributes),
        "temperature": ((*batch, output), kelvin),
        "end_temperature": (batch, kelvin),
    }
    more = {
        _MORE[name]: (dims, np.asarray(fields[name]), own)
        for name, (dims, own) in described.items()
        if fields[name] is not None
    }
    if "gas_density" in fields:
        density = {"long_name": FACTS["density"].meaning, "units": "cm-3"}
        more["gas_density"] = (*batch, output), np.asarray(fields["gas_density"]), density
    return more


def _batch_dims(axes: int, origin: Origin | None, state: str, dims: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The names of the batch axes. Raises `ValueError`."""
    if dims and len(dims) != axes:
        raise ValueError(f"to_xarray got names for {len(dims)} batch axes ({', '.join(dims)}), there are {axes}")
    if dims or origin is None:
        return dims or axis_names(None, axes)
    names = origin.dims if len(origin.dims) == axes else axis_names(origin.conditions, axes)
    return tuple(_label(name, state) for name in names)


def _check_names(batch: tuple[str, ...], origin: Origin | None, taken: set[str]) -> None:
    own = () if origin is None or origin.conditions is None else origin.conditions.parameters
    batch = (*batch, *(name for name in own if name not in batch))
    if len(set(batch)) < len(batch) or taken & set(batch):
        others = ", ".join(sorted(taken))
        raise ValueError(f"axes and parameters must have different names, none of them {others}: {', '.join(batch)}")


def _label(field: str, state: str) -> str:
    """What a field of the conditions is called beside data of that name."""
    return FACTS[field].symbol if field == state and field in FACTS else field


def _labels(origin: Origin, batch: tuple[str, ...], state: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Coordinates and attributes. Each condition stands along those axes of `batch` along which it varies.

    Raises `ValueError` for an axis that is called as a condition which does not vary along it alone.
    """
    conditions = origin.conditions
    values = {} if conditions is None else {_label(name, state): value for name, value in conditions.named().items()}
    described = {_label(name, state): _described(facts) for name, facts in FACTS.items()}
    if conditions is not None:
        described |= {name: {_PARAMETER: PARAMETER} for name in conditions.parameters}
    values |= {name: getattr(origin, name) for name in NUMBERS}
    coordinates: dict[str, Any] = {}
    attributes: dict[str, Any] = {"network": origin.network, "digest": origin.digest}
    for name, value in values.items():
        axes, own = _varying(value, len(batch))
        along = tuple(batch[i] for i in axes)
        if name in batch and along != (name,):
            raise ValueError(f"to_xarray: the {name} does not vary along the axis that is called {name!r}")
        if along or name not in NUMBERS:
            coordinates[name] = (along, own, described.get(name, {}))
        else:
            attributes[name] = own.item()
    return coordinates, attributes


def _described(facts: Facts) -> dict[str, str]:
    """Attributes of a coordinate, units written as in the conventions for NetCDF files."""
    return {"long_name": facts.meaning, "units": facts.unit.replace("^", "")}


def _origin(dataset: "Dataset", state: str) -> Origin | None:
    """Back from what `_labels` made; None in a file of a version that did not write them."""
    if "digest" not in dataset.attrs:
        return None
    batch = dataset["initial"].dims[:-1]
    fields = {_label(name, state): name for name in FIELDS}

    def array(name: str):
        sizes = [dataset.sizes[dim] for dim in batch]
        if name in dataset.attrs:
            return jnp.full(sizes, dataset.attrs[name], float)
        own = dataset[name]
        own_sizes = [size if dim in own.dims else 1 for dim, size in zip(batch, sizes, strict=True)]
        return jnp.broadcast_to(own.to_numpy().reshape(own_sizes), sizes)

    conditions = {field: array(name) for name, field in fields.items() if name in dataset.coords}
    parameters = {str(name): array(str(name)) for name, own in dataset.coords.items() if _PARAMETER in own.attrs}
    return Origin(
        Conditions(**conditions, parameters=parameters) if conditions else None,
        **{name: array(name) for name in NUMBERS},
        network=str(dataset.attrs["network"]),
        digest=str(dataset.attrs["digest"]),
        dims=tuple(fields.get(str(name), str(name)) for name in batch),
    )


def axis_names(conditions: Any, axes: int) -> tuple[str, ...]:
    """A name for each axis of a batch: the field of `conditions` that varies along it, where that is only one and
    varies along no other axis; else `cell`, or `cell_0`, `cell_1`, ... where there are several axes.
    """
    known = isinstance(conditions, Conditions)
    own = {name: _varying(value, axes)[0] for name, value in conditions.named().items()} if known else {}
    names = []
    for i in range(axes):
        along = [name for name, varied in own.items() if i in varied]
        alone = len(along) == 1 and own[along[0]] == (i,)
        names.append(along[0] if alone else "cell" if axes == 1 else f"cell_{i}")
    return tuple(names)


def _varying(values: Any, axes: int) -> tuple[tuple[int, ...], np.ndarray]:
    """Those of a number of `axes` along which `values`, broadcast to them, differ, and the values along these alone."""
    array = np.asarray(values)
    array = array.reshape((1,) * (axes - array.ndim) + array.shape)
    own = tuple(i for i in range(axes) if (array != array.take([0], axis=i)).any())
    return own, array[tuple(slice(None) if i in own else 0 for i in range(axes))]
