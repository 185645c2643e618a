"""All the rate coefficients of a network, evaluated law by law."""

from collections.abc import Sequence

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions, require_known
from eqxfuse._chemistry.rate_laws.fit import Fit, OutOfRange
from eqxfuse._chemistry.rate_laws.law import RateLaw
from eqxfuse._chemistry.rate_laws.layout import Layout, group
from eqxfuse._program.one_line import OneLine

RUNS = 16
"""Up to so many slices are joined; more are gathered, for which XLA may evaluate the laws element by element."""


class RateTable(eqx.Module, OneLine):
    """The fits of every reaction, stacked so that each law is evaluated once over all its rows.

    `laws` are the leaves: one law per kind, its parameters arrays [rows]. Replace them (with
    `equinox.tree_at`) or differentiate with respect to them; nothing is recompiled.
    """

    laws: tuple[RateLaw, ...]
    layout: Layout = eqx.field(static=True)

    @classmethod
    def build(cls, fits: Sequence[Sequence[Fit]], policies: Sequence[OutOfRange]) -> "RateTable":
        """`fits[j]` are the fits of reaction j in the order in which they are tried.

        Raises `UnsupportedRateLaw` when a reaction has several fits and one of them depends on abundances.
        """
        laws, members = group(fits)
        return cls(laws, Layout.build(fits, policies, members))

    def __call__(self, conditions: Conditions) -> Float[Array, "reactions"]:
        """Coefficients [cm^3(m-1) s^-1] of one cell, without the modifiers of abundance-dependent laws.

        `jax.vmap` this call for a batch. Raises `ValueError` when the temperature is not a scalar, and for parameters
        that the laws need and that are not there.
        """
        if jnp.ndim(conditions.temperature):
            shape = jnp.shape(conditions.temperature)
            raise ValueError(f"rate coefficients are for one cell, got temperature{shape}: use jax.vmap for a batch")
        needed = {name for law in self.laws for name in law.needed_parameters}
        require_known(needed.intersection(conditions.parameters), needed)
        dtype = jnp.result_type(conditions.temperature, *jax.tree.leaves(self.laws)[:1], float)
        temperature = jnp.asarray(conditions.temperature, dtype)
        groups = zip(self.laws, self.layout.ranges, self.layout.bounds, self.layout.sizes, strict=True)
        rows = [jnp.broadcast_to(_evaluate(law, conditions, spans, dtype), (n,)) for law, *spans, n in groups]
        k = jnp.concatenate([jnp.zeros(0, dtype), *rows])
        return self._zeroed(self._select(k, temperature), temperature)

    def __repr__(self):
        rows = ", ".join(f"{type(law).__name__} {n}" for law, n in zip(self.laws, self.layout.sizes, strict=True))
        return f"RateTable({len(self.layout.first)} reactions: {rows})"

    def _select(self, k, temperature):
        """[reactions] from [rows]: the fit that holds the temperature, else the nearest; the first of equals."""
        layout = self.layout
        runs = layout.runs
        chosen = jnp.concatenate([k[i:j] for i, j in runs]) if 0 < len(runs) <= RUNS else k[layout.first]
        if not len(layout.pieces):
            return chosen
        low, high = (limit.astype(temperature.dtype) for limit in layout.piece_ranges)
        distance = jnp.maximum(jnp.maximum(low - temperature, temperature - high), 0.0)
        rows = jnp.take_along_axis(jnp.asarray(layout.piece_rows), jnp.argmin(distance, axis=1)[:, None], axis=1)[:, 0]
        return chosen.at[layout.pieces].set(k[rows], unique_indices=True, indices_are_sorted=True)

    def _zeroed(self, k, temperature):
        if self.layout.nonzero is None:
            return k
        low, high = (limit.astype(temperature.dtype) for limit in self.layout.nonzero)
        return jnp.where((low <= temperature) & (temperature <= high), k, 0.0)


def _evaluate(law, conditions, spans, dtype):
    """Held in its ranges, and no more than in its bounds, if it has any."""
    ranges, bounds = spans
    k = _within(law, conditions, ranges, dtype)
    return k if bounds is None else jnp.minimum(k, _within(law, conditions, bounds, dtype))


def _within(law, conditions, ranges, dtype):
    if ranges is None:
        return law.coefficient(conditions)
    return law.coefficient_within(conditions, *(limit.astype(dtype) for limit in ranges))
