"""Many .npz files as one, without holding them in memory."""

import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

_DATE = (1980, 1, 1, 0, 0, 0)
"""The same in every archive, so that equal arrays make equal files."""


def join_archives(
    path: Path, parts: Sequence[Path], shape: tuple[int, ...], same: Sequence[str], added: Mapping[str, np.ndarray]
) -> None:
    """Write the arrays of `parts`, joined along their first axis, which becomes `shape`, to the .npz file `path`.

    Those named in `same` are taken from the first part as they are; `added` are written besides. Raises `DamagedPart`.
    """
    first = read_archive(parts[0])
    with zipfile.ZipFile(path, "w", allowZip64=True) as archive:
        for name, array in added.items():
            _write(archive, name, array.shape, array.dtype, [array])
        for name, example in first.items():
            if name in same:
                _write(archive, name, example.shape, example.dtype, [example])
            else:
                _write(archive, name, (*shape, *example.shape[1:]), example.dtype, _pieces(parts, name))


def replace_rows(path: Path, source: Path, cells: np.ndarray, parts: Sequence[Path], same: Sequence[str]) -> None:
    """Write the arrays of the .npz file `source` to `path`, with those of `parts` in place of the rows of `cells`.

    The rows are those of all but the last axes, which an array of a part has besides its first one. Arrays that are
    named in `same`, or are in no part, stay as they are. Raises `DamagedPart`.
    """
    replaced = read_archive(parts[0]).keys() - set(same)
    with zipfile.ZipFile(path, "w", allowZip64=True) as archive:
        for name in _names(source):
            array = read_archive(source, [name])[name]
            if name in replaced:
                rows = np.concatenate(list(_pieces(parts, name)))
                array.reshape(-1, *rows.shape[1:])[cells] = rows
            _write(archive, name, array.shape, array.dtype, [array])


class DamagedPart(ValueError):
    """`path` cannot be read."""

    def __init__(self, path: Path):
        super().__init__(f"{path} is damaged")
        self.path = path


def _pieces(parts: Iterable[Path], name: str) -> Iterator[np.ndarray]:
    for path in parts:
        yield read_archive(path, [name])[name]


def _names(path: Path) -> list[str]:
    with np.load(path) as arrays:
        return arrays.files


def read_archive(path: Path, names: Iterable[str] | None = None) -> dict[str, np.ndarray]:
    """These arrays, or all, of an .npz file. Raises `DamagedPart` and `OSError`."""
    try:
        with open(path, "rb") as file, np.load(file) as arrays:
            return {name: arrays[name] for name in names or arrays.files}
    except (KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise DamagedPart(path) from error


def _write(archive: zipfile.ZipFile, name: str, shape, dtype: np.dtype, pieces: Iterable[np.ndarray]) -> None:
    header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": tuple(shape)}
    with archive.open(zipfile.ZipInfo(f"{name}.npy", _DATE), "w", force_zip64=True) as file:
        np.lib.format.write_array_header_1_0(file, header)
        for piece in pieces:
            file.write(np.ascontiguousarray(piece, dtype).tobytes())
