"""Which elements of a square sparse matrix are stored."""

import hashlib
from collections.abc import Iterable
from functools import cached_property

import numpy as np


class Pattern:
    """Compressed sparse rows of a square matrix; the diagonal is always stored. Hashed by content.

    `starts` [size + 1] and `columns` [stored]: row i holds `columns[starts[i]:starts[i + 1]]`, ascending.
    """

    def __init__(self, starts: np.ndarray, columns: np.ndarray):
        self.starts = np.asarray(starts, dtype=np.int32)
        self.columns = np.asarray(columns, dtype=np.int32)
        self.starts.flags.writeable = self.columns.flags.writeable = False

    @classmethod
    def from_rows(cls, rows: Iterable[Iterable[int]]) -> "Pattern":
        """From the columns of each row, in any order; the diagonal is added."""
        full = [sorted({i, *row}) for i, row in enumerate(rows)]
        starts = np.cumsum([0, *map(len, full)])
        return cls(starts, np.array([j for row in full for j in row], dtype=np.int32))

    @property
    def size(self) -> int:
        return len(self.starts) - 1

    @property
    def stored(self) -> int:
        return len(self.columns)

    @cached_property
    def rows(self) -> np.ndarray:
        """[stored] the row of each element."""
        return np.repeat(np.arange(self.size, dtype=np.int32), np.diff(self.starts))

    def row(self, i: int) -> np.ndarray:
        """Columns of row i."""
        return self.columns[self.starts[i] : self.starts[i + 1]]

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.starts.tobytes() + self.columns.tobytes()).hexdigest()

    def __eq__(self, other):
        return isinstance(other, Pattern) and self.digest == other.digest

    def __hash__(self):
        return hash(self.digest)

    def __repr__(self):
        return f"Pattern({self.size} x {self.size}, {self.stored} stored)"
