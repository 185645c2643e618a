"""What a trajectory was made from, as coordinates and attributes of labelled arrays."""

from typing import TYPE_CHECKING, Any

import jax.numpy as jnp

from eqxfuse._chemistry.conditions import FACTS, FIELDS, Conditions, Facts
from eqxfuse._solve.trajectory.files.axes import varying
from eqxfuse._solve.trajectory.origin import NUMBERS, Origin

if TYPE_CHECKING:
    from xarray import Dataset


def label(field: str, state: str) -> str:
    """What a field of the conditions is called beside data of that name."""
    return FACTS[field].symbol if field == state else field


def labels(origin: Origin, batch: tuple[str, ...], state: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Coordinates and attributes. Each condition stands along those axes of `batch` along which it varies.

    Raises `ValueError` for an axis that is called as a condition which does not vary along it alone.
    """
    conditions = origin.conditions
    values = {} if conditions is None else {label(name, state): getattr(conditions, name) for name in FIELDS}
    described = {label(name, state): _described(facts) for name, facts in FACTS.items()}
    values |= {name: getattr(origin, name) for name in NUMBERS}
    coordinates: dict[str, Any] = {}
    attributes: dict[str, Any] = {"network": origin.network, "digest": origin.digest}
    for name, value in values.items():
        axes, own = varying(value, len(batch))
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


def origin_from(dataset: "Dataset", state: str) -> Origin | None:
    """Back from what `labels` made; None in a file of a version that did not write them."""
    if "digest" not in dataset.attrs:
        return None
    batch = dataset["initial"].dims[:-1]
    fields = {label(name, state): name for name in FIELDS}

    def array(name: str):
        sizes = [dataset.sizes[dim] for dim in batch]
        if name in dataset.attrs:
            return jnp.full(sizes, dataset.attrs[name], float)
        own = dataset[name]
        own_sizes = [size if dim in own.dims else 1 for dim, size in zip(batch, sizes, strict=True)]
        return jnp.broadcast_to(own.to_numpy().reshape(own_sizes), sizes)

    conditions = {field: array(name) for name, field in fields.items() if name in dataset.coords}
    return Origin(
        Conditions(**conditions) if conditions else None,
        **{name: array(name) for name in NUMBERS},
        network=str(dataset.attrs["network"]),
        digest=str(dataset.attrs["digest"]),
        dims=tuple(fields.get(str(name), str(name)) for name in batch),
    )
