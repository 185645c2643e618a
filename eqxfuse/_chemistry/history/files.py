"""Files with columns: csv, NumPy's npz, HDF5."""

import csv
import importlib
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Table:
    """Columns by name, `name` of the whole, and for each row its line, where it has one."""

    columns: Any
    name: str = "the table"
    lines: tuple[int, ...] = field(default=(), repr=False)

    def column(self, name: str) -> np.ndarray:
        """Raises `ValueError` where there is none of that name, or it does not hold numbers."""
        try:
            given = self.columns[name]
        except (KeyError, ValueError, TypeError):
            raise ValueError(f"{self.name} has no column {name!r}{_near(name, self.columns)}") from None
        try:
            return np.asarray(given, dtype=float)
        except (TypeError, ValueError):
            raise ValueError(f"{self.name}: column {name!r}: {self._not_a_number(given)}") from None

    def row(self, row: int) -> str:
        """Words for a row, by its position."""
        return f"line {self.lines[row]}" if self.lines else f"row {row}"

    def _not_a_number(self, given: Any) -> str:
        for row, value in enumerate(np.ravel(np.asarray(given, dtype=object))):
            try:
                float(value)
            except (TypeError, ValueError):
                return f"{self.row(row)} holds {value!r}, which is no number"
        return "it does not hold numbers"


def _near(name: str, columns: Any) -> str:
    known = [str(key) for key in columns] if isinstance(columns, Mapping) or hasattr(columns, "keys") else []
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f": it has {', '.join(known[:20])}" if known else ""


SUFFIXES = (".csv", ".npz", ".h5", ".hdf5")


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """The columns of a file, while it is open. Raises `ValueError` for what is no table, `OSError`, and `ImportError`
    for HDF5 without h5py.
    """
    if path.suffix == ".csv":
        yield _read_csv(path)
    elif path.suffix == ".npz":
        yield _read_npz(path)
    elif path.suffix in SUFFIXES:
        with _hdf5().File(path, "r") as file:
            yield Table(file, str(path))
    else:
        raise ValueError(f"{path}: a history can be read from {', '.join(SUFFIXES)}, not from {path.suffix!r}")


def _read_csv(path: Path) -> Table:
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = [(number, line) for number, line in _lines(file)]
    if len(rows) < 2:
        raise ValueError(f"{path} must have a line with the names of the columns and then a line for each time")
    (_, names), *body = rows
    for number, cells in body:
        if len(cells) != len(names):
            raise ValueError(f"{path}: line {number} has {len(cells)} columns, the line of names {len(names)}")
    columns = {name: [cells[i] for _, cells in body] for i, name in enumerate(names)}
    if len(columns) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{path}: two columns are called {twice!r}")
    return Table(columns, str(path), tuple(number for number, _ in body))


def _lines(file) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(file, skipinitialspace=True)
    for cells in reader:
        if any(cells) and not cells[0].lstrip().startswith("#"):
            yield reader.line_num, [cell.strip() for cell in cells]


def _read_npz(path: Path) -> Table:
    try:
        with open(path, "rb") as file, np.load(file) as arrays:
            return Table(dict(arrays), str(path))
    except (ValueError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} is no .npz file of arrays, or is damaged: {error}") from error


def _hdf5() -> Any:
    try:
        return importlib.import_module("h5py")
    except ImportError as missing:
        raise ImportError("an HDF5 file needs h5py: pip install 'eqxfuse[tables]'") from missing
