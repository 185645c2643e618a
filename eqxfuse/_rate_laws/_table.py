"""All the rate coefficients of a network, evaluated law by law."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._conditions import Conditions
from eqxfuse._rate_laws._fit import Fit, OutOfRange
from eqxfuse._rate_laws._law import RateLaw


@dataclass(frozen=True, eq=False)
class _Layout:
    """Where each fit stands. Rows are fits, ordered law by law; compared by identity."""

    lower: tuple[np.ndarray | None, ...]  # per law [rows]: temperatures are clipped to lower..upper
    upper: tuple[np.ndarray | None, ...]
    row: np.ndarray  # [reactions] the row of a reaction's first fit
    pieces: np.ndarray  # [piecewise] reactions with several fits
    piece_rows: np.ndarray  # [piecewise, fits] their rows, the last repeated
    piece_min: np.ndarray  # [piecewise, fits] their ranges [K]
    piece_max: np.ndarray
    zero: np.ndarray  # [zeroed] reactions that vanish out of range
    zero_min: np.ndarray  # [zeroed] the range outside of which they do [K]
    zero_max: np.ndarray
    modified: tuple[tuple[int, tuple[int, ...]], ...]  # (law, its reactions) with abundance-dependent laws


def _same_kind(law: RateLaw):
    return type(law), jax.tree.structure(law)


def _clip_range(fits: Sequence[Fit], policy: OutOfRange, i: int) -> tuple[float, float]:
    """The temperatures fit `i` may be evaluated at: its own range, open-ended where it extrapolates."""
    fit = fits[i]
    outermost_low = fit.t_min == min(f.t_min for f in fits)
    outermost_high = fit.t_max == max(f.t_max for f in fits)
    low = 0.0 if policy == "extrapolate" and outermost_low else fit.t_min
    high = math.inf if policy == "extrapolate" and outermost_high else fit.t_max
    return low, high


def _stack(laws: Sequence[RateLaw]) -> RateLaw:
    return jax.tree.map(lambda *leaves: jnp.asarray(np.asarray(leaves, dtype=float)), *laws)


class RateTable(eqx.Module):
    """The fits of every reaction, stacked so that each law is evaluated once over all its rows.

    `laws` are the leaves: one law per kind, its parameters arrays [rows]. Replace them (with
    `equinox.tree_at`) or differentiate with respect to them; nothing is recompiled.
    """

    laws: tuple[RateLaw, ...]
    layout: _Layout = eqx.field(static=True)

    @classmethod
    def build(cls, fits: Sequence[Sequence[Fit]], policies: Sequence[OutOfRange]) -> "RateTable":
        """`fits[j]` are the fits of reaction j in the order in which they are tried."""
        groups: dict = {}
        for j, own in enumerate(fits):
            for i, fit in enumerate(own):
                groups.setdefault(_same_kind(fit.law), []).append((j, i, fit.law))
        row = {}
        for members in groups.values():
            for j, i, _ in members:
                row[j, i] = len(row)
        clips = [np.array([_clip_range(fits[j], policies[j], i) for j, i, _ in m]) for m in groups.values()]
        laws = tuple(_stack([law for _, _, law in members]) for members in groups.values())
        modified = tuple(
            (g, tuple(j for j, _, _ in members))
            for g, members in enumerate(groups.values())
            if members[0][2].modifying_species
        )
        return cls(laws, _layout(fits, policies, row, clips, modified))

    def __call__(self, conditions: Conditions) -> Float[Array, "reactions"]:
        """Coefficients [cm^3(m-1) s^-1], without the modifiers of abundance-dependent laws."""
        temperature = jnp.asarray(conditions.temperature)
        layout = self.layout
        rows = []
        for law, low, high in zip(self.laws, layout.lower, layout.upper, strict=True):
            here = conditions
            if low is not None:
                clipped = jnp.clip(temperature, low.astype(temperature.dtype), high.astype(temperature.dtype))
                here = conditions.at_temperature(clipped)
            n = len(jax.tree.leaves(law)[0])
            rows.append(jnp.broadcast_to(law.coefficient(here), (n,)))
        if not rows:
            return jnp.zeros(0, temperature.dtype)
        k = jnp.concatenate(rows)
        return self._zeroed(k[self._chosen_rows(temperature)], temperature)

    def _chosen_rows(self, temperature):
        """The row of the fit that holds the temperature, else of the nearest; the first of equals."""
        layout = self.layout
        if not len(layout.pieces):
            return layout.row
        below = layout.piece_min.astype(temperature.dtype) - temperature
        above = temperature - layout.piece_max.astype(temperature.dtype)
        nearest = jnp.argmin(jnp.maximum(jnp.maximum(below, above), 0.0), axis=1)
        rows = jnp.take_along_axis(jnp.asarray(layout.piece_rows), nearest[:, None], axis=1)[:, 0]
        return jnp.asarray(layout.row).at[layout.pieces].set(rows)

    def _zeroed(self, k, temperature):
        layout = self.layout
        if not len(layout.zero):
            return k
        low, high = layout.zero_min.astype(temperature.dtype), layout.zero_max.astype(temperature.dtype)
        inside = (low <= temperature) & (temperature <= high)
        return k.at[layout.zero].multiply(inside.astype(k.dtype))


def _layout(fits, policies, row, clips, modified) -> _Layout:
    pieces = [j for j, own in enumerate(fits) if len(own) > 1]
    width = max((len(fits[j]) for j in pieces), default=0)
    padded = [[(i if i < len(fits[j]) else len(fits[j]) - 1) for i in range(width)] for j in pieces]
    shape = (len(pieces), width)

    def piecewise(value, dtype):
        cells = [[value(j, i) for i in own] for j, own in zip(pieces, padded, strict=True)]
        return np.array(cells, dtype=dtype).reshape(shape)

    zero = [j for j, policy in enumerate(policies) if policy == "zero"]
    clipped = [bool(np.any(c[:, 0] > 0) or np.any(np.isfinite(c[:, 1]))) for c in clips]
    return _Layout(
        lower=tuple(c[:, 0] if used else None for c, used in zip(clips, clipped, strict=True)),
        upper=tuple(c[:, 1] if used else None for c, used in zip(clips, clipped, strict=True)),
        row=np.array([row[j, 0] for j in range(len(fits))], dtype=np.int32),
        pieces=np.array(pieces, dtype=np.int32),
        piece_rows=piecewise(lambda j, i: row[j, i], np.int32),
        piece_min=piecewise(lambda j, i: fits[j][i].t_min, float),
        piece_max=piecewise(lambda j, i: fits[j][i].t_max, float),
        zero=np.array(zero, dtype=np.int32),
        zero_min=np.array([min(f.t_min for f in fits[j]) for j in zero]),
        zero_max=np.array([max(f.t_max for f in fits[j]) for j in zero]),
        modified=modified,
    )
