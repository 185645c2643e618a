"""Where each fit of a network stands in its table of rate laws."""

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import jax
import numpy as np

from eqxfuse._chemistry.rate_laws.fit import Fit, OutOfRange
from eqxfuse._chemistry.rate_laws.law import RateLaw
from eqxfuse._program.one_line import OneLine
from eqxfuse.errors import UnsupportedRateLaw

Fits = Sequence[Sequence[Fit]]
Members = list[list[tuple[int, int]]]
"""For each law the (reaction, fit) pairs of its rows."""


def group(fits: Fits) -> tuple[tuple[RateLaw, ...], Members]:
    """One law per kind (class and options) with its parameters stacked to arrays [rows], and what its rows are."""
    leaves: dict = {}
    members: dict = {}
    for j, own in enumerate(fits):
        for i, fit in enumerate(own):
            values, kind = jax.tree.flatten(fit.law)
            leaves.setdefault(kind, []).append(values)
            members.setdefault(kind, []).append((j, i))
            if len(own) > 1 and fit.law.is_modified:
                raise UnsupportedRateLaw(f"reaction {j} has {len(own)} fits, but {fit.law!r} depends on abundances")
    laws = [kind.unflatten(map(jax.device_put, np.array(rows, dtype=float).T.copy())) for kind, rows in leaves.items()]
    return tuple(laws), list(members.values())


@dataclass(frozen=True, eq=False, repr=False)
class Layout(OneLine):
    """Rows are fits, ordered law by law; temperatures are in K. Equal and hashed by `content`."""

    sizes: tuple[int, ...]
    """Rows of each law."""
    ranges: tuple[tuple[np.ndarray, np.ndarray] | None, ...]
    """For each law the temperatures (low [rows], high [rows]) its rows are held in; None where all are open."""
    bounds: tuple[tuple[np.ndarray, np.ndarray] | None, ...]
    """For each law with `bounded` rows the ranges whose values none of its rows may exceed; else None."""
    first: np.ndarray
    """[reactions] the row of a reaction's first fit."""
    pieces: np.ndarray
    """[piecewise] reactions with several fits."""
    piece_rows: np.ndarray
    """[piecewise, fits] their rows, the last one repeated."""
    piece_ranges: tuple[np.ndarray, np.ndarray]
    """[piecewise, fits] and [piecewise, fits] the lower and upper limits of those fits."""
    nonzero: tuple[np.ndarray, np.ndarray] | None
    """[reactions] and [reactions] the temperatures outside of which a coefficient is 0; None if there are none."""
    modified: tuple[tuple[int, tuple[int, ...]], ...]
    """(law, its reactions) for the laws that depend on abundances."""

    @cached_property
    def runs(self) -> list[tuple[int, int]]:
        """`first` as runs of successive rows: from .. to (exclusive)."""
        starts = np.flatnonzero(np.diff(self.first, prepend=-2) != 1).tolist()
        edges = pairwise([*starts, len(self.first)])
        return [(int(self.first[a]), int(self.first[a]) + b - a) for a, b in edges]

    @cached_property
    def content(self) -> tuple:
        """All fields as plain values."""
        return tuple(_plain(getattr(self, f.name)) for f in dataclasses.fields(self))

    @cached_property
    def _hash(self) -> int:
        return hash(self.content)

    def __eq__(self, other):
        return self is other or (isinstance(other, Layout) and self.content == other.content)

    def __hash__(self):
        return self._hash

    def __repr__(self):
        return f"Layout({len(self.first)} reactions, {sum(self.sizes)} fits)"

    @classmethod
    def build(cls, fits: Fits, policies: Sequence[OutOfRange], members: Members) -> "Layout":
        row = {pair: n for n, pair in enumerate(pair for pairs in members for pair in pairs)}
        pieces = [j for j, own in enumerate(fits) if len(own) > 1]
        width = max((len(fits[j]) for j in pieces), default=1)
        padded = [[(j, min(i, len(fits[j]) - 1)) for i in range(width)] for j in pieces]
        return cls(
            sizes=tuple(map(len, members)),
            ranges=tuple(_ranges(fits, policies, pairs) for pairs in members),
            bounds=tuple(_bounds(fits, policies, pairs) for pairs in members),
            first=np.array([row[j, 0] for j in range(len(fits))], dtype=np.int32),
            pieces=np.array(pieces, dtype=np.int32),
            piece_rows=np.array([row[pair] for pairs in padded for pair in pairs], dtype=np.int32).reshape(-1, width),
            piece_ranges=(
                np.array([fits[j][i].t_min for pairs in padded for j, i in pairs]).reshape(-1, width),
                np.array([fits[j][i].t_max for pairs in padded for j, i in pairs]).reshape(-1, width),
            ),
            nonzero=_nonzero(fits, policies),
            modified=tuple(
                (g, tuple(j for j, _ in pairs))
                for g, pairs in enumerate(members)
                if fits[pairs[0][0]][pairs[0][1]].law.is_modified
            ),
        )


def _plain(value):
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return (value.dtype.str, value.shape, value.tobytes()) if isinstance(value, np.ndarray) else value


def _ranges(fits, policies, pairs):
    """Where the rows of one law may be evaluated: in their own ranges, open where they extrapolate."""
    low, high = np.array([held_range(fits[j], policies[j], i) for j, i in pairs]).T
    return None if np.all(low == 0.0) and np.all(high == math.inf) else (low, high)


def _bounds(fits, policies, pairs):
    """`_ranges` with the bounded rows clamped, for these never exceed their values at the limits."""
    if not any(policies[j] == "bounded" for j, _ in pairs):
        return None
    return _ranges(fits, ["clamp" if policy == "bounded" else policy for policy in policies], pairs)


def held_range(fits: Sequence[Fit], policy: OutOfRange, i: int) -> tuple[float, float]:
    """The temperatures [K] in which fit `i` of a reaction is evaluated; beyond them it keeps its value at the limit."""
    fit = fits[i]
    if policy not in ("extrapolate", "bounded"):
        return fit.t_min, fit.t_max
    lowest, highest = fit.t_min == min(f.t_min for f in fits), fit.t_max == max(f.t_max for f in fits)
    low = min(fit.t_min, fit.law.lowest_temperature) if lowest else fit.t_min
    return low, math.inf if highest else fit.t_max


def _nonzero(fits, policies):
    if "zero" not in policies:
        return None
    spans = [
        (min(f.t_min for f in own), max(f.t_max for f in own)) if policy == "zero" else (-math.inf, math.inf)
        for own, policy in zip(fits, policies, strict=True)
    ]
    low, high = np.array(spans).T
    return low, high
