"""The plan of a sparse LU factorisation: ordering, fill-in and the tables that a looped kernel reads."""

import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from eqxfuse._program.one_line import OneLine
from eqxfuse._program.pattern import Pattern

NEAR = 2.0
"""Of pivots whose counts are within this factor of the least, the one that fills least is taken where there are
borders: on 333 species of gas and ice with six totals 14 per cent fewer multiply-adds, on networks without 1 or 2."""


@dataclass(frozen=True, eq=False, repr=False)
class LUPlan(OneLine):
    """Factorise A = P^T L U P without numerical pivoting, as KPP does, with the fewest operations.

    The last `tail` rows are treated as one dense block; the rows before it are `head` = size - tail sparse ones. A
    multiply-add in the looped sparse part costs `ratio` times one in the block, whose size, a multiple of `multiple`,
    is the cheapest. All that follows from these is found when it is first asked for.
    """

    pattern: Pattern
    ratio: float
    multiple: int

    @property
    def size(self) -> int:
        return self.pattern.size

    @property
    def head(self) -> int:
        return self.size - self.tail

    @cached_property
    def order(self) -> np.ndarray:
        """[size] `order[i]` is the row (and column) of A that is eliminated i-th."""
        return np.array(_markowitz(self.pattern).order, dtype=np.int32)

    @cached_property
    def tail(self) -> int:
        return _cheapest_tail(_markowitz(self.pattern).products, self.ratio, self.multiple)

    @cached_property
    def tables(self) -> "LUTables":
        """What a looped kernel reads."""
        return _tables(self.pattern, _markowitz(self.pattern), self.tail)

    @cached_property
    def multiply_adds(self) -> int:
        """Of one factorisation, the padding of the dense block included."""
        lengths = np.diff(self.tables.u_start)
        return int((lengths[self.tables.l_column] + 1).sum()) + self.tail * (self.tail**2 - 1) // 3

    @cached_property
    def digest(self) -> str:
        """Of all that the plan follows from."""
        return hashlib.sha256(f"{self.pattern.digest} {self.ratio!r} {self.multiple}".encode()).hexdigest()

    def __repr__(self):
        return f"LUPlan({self.size} x {self.size}, {self.tail} of them dense, {self.multiply_adds} multiply-adds)"


@dataclass(frozen=True, eq=False)
class LUTables:
    """A plan as int32 arrays, in the new order.

    Row i scatters the elements `a_index[a]` of A to `a_column[a]` for a in a_start[i]:a_start[i+1], is reduced by the
    pivots `l_column` (< head) in l_start[i]:l_start[i+1], and, for i < head, keeps `u_column` (> i) in
    u_start[i]:u_start[i+1].
    """

    a_start: np.ndarray
    a_index: np.ndarray
    a_column: np.ndarray
    l_start: np.ndarray
    l_column: np.ndarray
    u_start: np.ndarray
    u_column: np.ndarray


@lru_cache(maxsize=128)
def plan_lu(pattern: Pattern, *, sparse_cost: float, dense_cost: float, multiple: int) -> LUPlan:
    """Order by Markowitz's criterion, but for the last rows of the pattern, and choose the dense tail that costs least.

    `sparse_cost` and `dense_cost` weigh a multiply-add in the looped sparse part and in the dense block;
    the tail's size is a multiple of `multiple` (or 0 when the whole matrix is smaller).
    """
    return LUPlan(pattern, sparse_cost / dense_cost, multiple)


@dataclass(frozen=True, eq=False)
class _Elimination:
    """In which `order` pivots are eliminated; the columns that are still active then (`upper`), and the multiply-adds
    of each step (`products`)."""

    order: list[int]
    upper: dict[int, set[int]]
    products: list[int]


@lru_cache(maxsize=4)
def _markowitz(pattern: Pattern) -> _Elimination:
    """Eliminate the diagonal pivot with the fewest (row - 1)(column - 1) first (Markowitz 1957, Manag. Sci. 3, 255);
    the last rows of the pattern follow in their order.

    A border is long, and counts for every row and column that it crosses: there the counts of many pivots are nearly
    alike, and the fill decides. Other networks gain nothing from that.
    """
    rows = [set(pattern.row(i).tolist()) for i in range(pattern.size)]
    columns: list[set[int]] = [set() for _ in rows]
    for i, row in enumerate(rows):
        for j in row:
            columns[j].add(i)
    order, upper, products = [], {}, []
    first = pattern.size - pattern.last
    active = set(range(first))
    for position in range(pattern.size):
        pivot = _pivot(active, rows, columns, NEAR if pattern.borders else 1.0) if active else position
        active.discard(pivot)
        order.append(pivot)
        upper[pivot], below = rows[pivot] - {pivot}, columns[pivot] - {pivot}
        products.append((len(upper[pivot]) + 1) * len(below))
        for i in below:
            for j in upper[pivot] - rows[i]:
                columns[j].add(i)
            rows[i] |= upper[pivot]
            rows[i].discard(pivot)
        for j in upper[pivot]:
            columns[j].discard(pivot)
    return _Elimination(order, upper, products)


def _pivot(active: set[int], rows: list[set[int]], columns: list[set[int]], near: float) -> int:
    """The active one with the least count of Markowitz; of those within `near` of it, the one that fills least."""
    counts = {i: (len(rows[i]) - 1) * (len(columns[i]) - 1) for i in active}
    limit = near * min(counts.values())
    if near == 1.0:
        return min(i for i, count in counts.items() if count <= limit)

    def fill(pivot: int) -> int:
        return sum(len(rows[pivot] - rows[i]) for i in columns[pivot])

    return min((i for i, count in counts.items() if count <= limit), key=lambda i: (fill(i), counts[i], i))


def _cheapest_tail(products: list[int], ratio: float, multiple: int) -> int:
    """The tail size with the least (sparse multiply-adds) * ratio + (dense multiply-adds)."""
    size = len(products)
    sparse = np.cumsum([0.0, *products])
    tails = range(0, size + 1, multiple)
    costs = [sparse[size - tail] * ratio + tail * (tail**2 - 1) / 3 for tail in tails]
    return tails[int(np.argmin(costs))]


def _tables(pattern: Pattern, elimination: _Elimination, tail: int) -> LUTables:
    order, upper, size = elimination.order, elimination.upper, pattern.size
    head = size - tail
    place = np.empty(size, dtype=np.int32)
    place[order] = np.arange(size)
    above = [sorted(int(place[j]) for j in upper[order[i]]) for i in range(head)]
    left: list[list[int]] = [[] for _ in range(size)]
    # A pivot k < head reduces row i when (i, k) is in the fill-in; walk the filled rows once.
    filled = [set(place[pattern.row(order[i])].tolist()) for i in range(size)]
    for i in range(size):
        for k in range(min(i, head)):
            if k in filled[i]:
                left[i].append(k)
                filled[i].update(above[k])
    a_rows = [
        sorted((int(place[pattern.columns[e]]), e) for e in range(pattern.starts[r], pattern.starts[r + 1]))
        for r in order
    ]
    return LUTables(
        a_start=_starts(a_rows),
        a_index=np.array([e for row in a_rows for _, e in row], dtype=np.int32),
        a_column=np.array([c for row in a_rows for c, _ in row], dtype=np.int32),
        l_start=_starts(left),
        l_column=np.array([k for row in left for k in row], dtype=np.int32),
        u_start=_starts(above),
        u_column=np.array([j for row in above for j in row], dtype=np.int32),
    )


def _starts(rows) -> np.ndarray:
    return np.cumsum([0, *map(len, rows)]).astype(np.int32)
