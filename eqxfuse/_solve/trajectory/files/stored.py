"""Trajectories as Zarr stores (format 3), which xarray opens.

Data are cut into chunks of one species each, with some cells and all times; the chunks of neighbouring cells and of all
species stand together in one file, a shard. So a species is read without the others, and a cell from few places.
"""

import math
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eqxfuse._solve.outcome import NAMES
from eqxfuse._solve.trajectory.files.labelled import fields_of, to_dataset
from eqxfuse._solve.trajectory.files.table import import_extra

if TYPE_CHECKING:
    from xarray import Dataset

CHUNK_BYTES = 2**17
"""What a chunk takes in memory at most, unless a cell has more."""

SHARD_BYTES = 2**24
"""What a shard takes in memory at most, unless a chunk of each species has more."""


def write_zarr(path: Path, fields: Mapping[str, Any]) -> None:
    """`to_dataset` as a Zarr store."""
    import_zarr()
    dataset = encoded(to_dataset(fields))
    sizes = {str(name): dataset.sizes[name] for name in dataset["initial"].dims[:-1]}
    cuts = Cuts.of(sizes, dataset)
    encoding = {}
    for name, own in dataset.data_vars.items():
        chunks, shards = cuts.of_array(own.dims, own.shape)
        encoding[name] = {"chunks": chunks, "shards": shards} if own.ndim else {}
    dataset.to_zarr(path, mode="w-", zarr_format=3, consolidated=False, encoding=encoding)
    _consolidate(path)


def read_zarr(path: Path) -> dict[str, Any]:
    """The fields of the trajectory in a store. Raises `ValueError` and `OSError`."""
    import_zarr()
    xarray = import_extra("xarray", "a .zarr store", "zarr")
    try:
        return fields_of(decoded(xarray.load_dataset(path, engine="zarr", consolidated=False)))
    except (LookupError, TypeError, ValueError, EOFError) as error:
        raise ValueError(f"{path} is not a trajectory that eqxfuse saved, or is damaged: {error}") from error


class Cuts:
    """How arrays over a `batch` of cells are cut: blocks of neighbouring cells (1, ..., 1, k, n, n), `inner` in
    `outer`, so that each holds cells that follow one another.
    """

    def __init__(self, batch: Mapping[str, int], inner: int, outer: int):
        self.batch = dict(batch)
        shape = tuple(batch.values())
        self.inner = _block(shape, inner)
        self.outer = list(self.inner)
        cut = [i for i, n in enumerate(shape) if self.inner[i] < n]
        if cut:
            several = max(1, outer // math.prod(self.inner))
            pieces = -(-shape[cut[-1]] // self.inner[cut[-1]])
            self.outer[cut[-1]] *= min(several, pieces)

    @classmethod
    def of(cls, batch: Mapping[str, int], dataset: "Dataset") -> "Cuts":
        """For data with output times and species."""
        times = next(dataset.sizes[name] for name in ("time", "output") if name in dataset.sizes)
        row = 8 * max(times, 1)
        return cls(batch, max(1, CHUNK_BYTES // row), max(1, SHARD_BYTES // (row * max(dataset.sizes["species"], 1))))

    def of_array(self, dims: Sequence[Any], shape: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The shapes of chunks and of shards of an array, which has all of the batch or none of it in front."""
        cells = len(self.batch) if set(self.batch) <= set(dims) else 0
        tail = tuple(max(n, 1) for n in shape[cells:])
        chunk = tuple(1 if name == "species" else n for name, n in zip(dims[cells:], tail, strict=True))
        return (*self.inner[:cells], *chunk), (*self.outer[:cells], *tail)


def _block(shape: Sequence[int], cells: int) -> list[int]:
    """Of at most so many neighbouring cells, all blocks about equally large."""
    block: list[int] = []
    for n in reversed(shape):
        pieces = -(-n // min(n, cells))
        block.insert(0, -(-n // pieces))
        cells = max(cells // n, 1) if pieces == 1 else 1
    return block


def encoded(dataset: "Dataset") -> "Dataset":
    """With what Zarr has a specification for: text of any length, and outcomes as numbers with their meanings (CF
    conventions, flags).
    """
    texts = {name: own.astype(object) for name, own in dataset.variables.items() if own.dtype.kind in "UT"}
    if "result" in dataset:
        result = dataset.variables["result"]
        codes = np.select([result.to_numpy() == name for name in NAMES], range(len(NAMES))).astype(np.int8)
        meanings = {"flag_values": list(range(len(NAMES))), "flag_meanings": " ".join(NAMES)}
        texts["result"] = (result.dims, codes, meanings)  # pyright: ignore[reportArgumentType]
    return dataset.assign({n: v for n, v in texts.items() if n in dataset.data_vars}).assign_coords(
        {n: v for n, v in texts.items() if n in dataset.coords}
    )


def decoded(dataset: "Dataset") -> "Dataset":
    """Back from `encoded`."""
    result = dataset["result"]
    names = np.array(result.attrs["flag_meanings"].split())
    return dataset.assign(result=(result.dims, names[result.to_numpy()]))


def import_zarr() -> Any:
    """The library. Raises `ImportError` that says what to install."""
    return import_extra("zarr", "a .zarr store", "zarr")


def _consolidate(path: Path) -> None:
    """All metadata in one file, which xarray looks for first."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that this is no part of the specification yet
        import_zarr().consolidate_metadata(path)
