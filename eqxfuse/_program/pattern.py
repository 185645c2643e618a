"""Which elements of a square sparse matrix are stored, and what its last rows are."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np


class Pattern:
    """Compressed sparse rows of a square matrix A; the diagonal is always stored. Hashed by content.

    `starts` [size + 1] and `columns` [stored]: row i holds `columns[starts[i]:starts[i + 1]]`, ascending.

    Rows and columns that are full are to be eliminated last, in their order: the `last` ones. Of these, the final
    `borders` belong to no state of a differential equation but to sums a = A_ay y + A_aa a on which it depends,
    dy/dt = A_yy y + A_ya a; A_aa is strictly upper triangular. To solve with s I - J, where J = A_yy + A_ya
    (I - A_aa)^-1 A_ay, is to solve with

        s I - A_yy   -A_ya
        -A_ay        I - A_aa

    for a right-hand side that ends in zeros. `constants` are the values of the last elements, in the final rows, where
    these are the same in all matrices of the pattern.
    """

    def __init__(
        self,
        starts: np.ndarray,
        columns: np.ndarray,
        *,
        last: int = 0,
        borders: int = 0,
        constants: Sequence[float] = (),
    ):
        self.starts = np.asarray(starts, dtype=np.int32)
        self.columns = np.asarray(columns, dtype=np.int32)
        self.constants = np.array(constants, dtype=np.float64)
        for array in (self.starts, self.columns, self.constants):
            array.flags.writeable = False
        self.last = max(last, borders)
        self.borders = borders

    @classmethod
    def from_rows(
        cls, rows: Iterable[Iterable[int]], *, last: int = 0, borders: int = 0, constants: Sequence[float] = ()
    ) -> "Pattern":
        """From the columns of each row, in any order; the diagonal is added."""
        full = [sorted({i, *row}) for i, row in enumerate(rows)]
        starts = np.cumsum([0, *map(len, full)])
        columns = np.array([j for row in full for j in row], dtype=np.int32)
        return cls(starts, columns, last=last, borders=borders, constants=constants)

    @property
    def size(self) -> int:
        return len(self.starts) - 1

    @property
    def states(self) -> int:
        """Rows that belong to states."""
        return self.size - self.borders

    @property
    def constant_rows(self) -> int:
        """How many of the borders, at the end, are the same in all matrices."""
        return self.size - int(np.searchsorted(self.starts, self.stored - len(self.constants)))

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
        numbers = self.starts.tobytes() + self.columns.tobytes() + self.constants.tobytes()
        return hashlib.sha256(numbers + f"{self.last} {self.borders}".encode()).hexdigest()

    def __eq__(self, other):
        return isinstance(other, Pattern) and self.digest == other.digest

    def __hash__(self):
        return hash(self.digest)

    def __repr__(self):
        borders = f", {self.borders} borders" if self.borders else ""
        return f"Pattern({self.size} x {self.size}, {self.stored} stored{borders})"
