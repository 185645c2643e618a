"""The rate laws of a table in native code."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._conditions import FIELDS, Conditions
from eqxfuse._rate_laws import RateTable
from eqxfuse._rate_laws._layout import Layout

_log = logging.getLogger("eqxfuse")


def native_rows(table: RateTable, conditions: Conditions) -> Float[Array, " rows"] | None:
    """`table.rows(conditions)` to rounding, by one native call, or None.

    That needs float64, and laws that consist of elementwise arithmetic.
    """
    form = _Form.of(table)
    if table.dtype(conditions) != jnp.float64 or _native(form, False) is None:
        return None
    return _rows(form, conditions.vector(), _leaves(table))


def native_rows_and_change(table: RateTable, conditions: Conditions, change: Conditions):
    """The rows as above, and their derivative along `change`; or None."""
    form = _Form.of(table)
    if table.dtype(conditions) != jnp.float64 or _native(form, True) is None:
        return None
    return _rows_and_change(form, conditions.vector(), change.vector(), _leaves(table))


def _leaves(table: RateTable) -> list:
    """The parameters of all laws, each [rows]."""
    rows = [jax.tree.map(lambda leaf, n=n: jnp.broadcast_to(leaf, (n,)), law) for law, n in _sized(table)]
    return [leaf.astype(jnp.float64) for leaf in jax.tree.leaves(rows)]


def _sized(table: RateTable):
    return zip(table.laws, table.layout.sizes, strict=True)


@dataclass(frozen=True)
class _Form:
    """A table without its numbers."""

    layout: Layout
    kinds: tuple[Any, ...]

    @classmethod
    def of(cls, table: RateTable) -> "_Form":
        return cls(table.layout, tuple(map(jax.tree.structure, table.laws)))

    def rows(self, conditions, leaves):
        """What native code computes, by XLA."""
        return self._table(leaves).rows(Conditions.from_vector(conditions))

    def _table(self, leaves) -> RateTable:
        laws, position = [], 0
        for kind in self.kinds:
            laws.append(kind.unflatten(leaves[position : position + kind.num_leaves]))
            position += kind.num_leaves
        return RateTable(tuple(laws), self.layout)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _rows(form: _Form, conditions, leaves):
    return _available(form, False)(conditions, *leaves)


@_rows.defjvp
def _rows_jvp(form: _Form, primals, tangents):
    return jax.jvp(form.rows, primals, tangents)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _rows_and_change(form: _Form, conditions, change, leaves):
    both = _available(form, True)(jnp.concatenate([conditions, change]), *leaves)
    return jnp.split(both, 2)


@_rows_and_change.defjvp
def _rows_and_change_jvp(form: _Form, primals, tangents):
    def rows_and_change(conditions, change, leaves):
        return list(jax.jvp(lambda c: form.rows(c, leaves), (conditions,), (change,)))

    return jax.jvp(rows_and_change, primals, tangents)


def _available(form: _Form, change: bool):
    native = _native(form, change)
    assert native is not None  # the callers asked
    return native


@lru_cache(maxsize=64)
def _native(form: _Form, change: bool):
    """The native call for the rows, or for them and their change; None where a law has no such form."""
    from eqxfuse._emit._llvm_rates import LawRows
    from eqxfuse._emit._scalar_trace import scalar_function
    from eqxfuse._kernels._rates import NativeRates

    fields = len(FIELDS) * (2 if change else 1)
    laws = []
    for kind, rows, limits in zip(form.kinds, form.layout.sizes, form.layout.ranges, strict=True):
        inputs = ("c", range(fields)), ("p", range(kind.num_leaves)), ("limits", range(2))
        coefficient = _coefficient(kind, limits is not None)
        try:
            function = scalar_function(_with_change(coefficient) if change else coefficient, inputs)
        except NotImplementedError as operation:
            _log.info("rate coefficients are evaluated by XLA, because of the JAX operation %s", operation)
            return None
        laws.append(LawRows(function, kind.num_leaves, np.zeros((2, rows)) if limits is None else np.array(limits)))
    return NativeRates(tuple(laws), fields, 2 if change else 1)


def _coefficient(kind, limited: bool) -> Callable:
    """The coefficient of one row of a law."""

    def coefficient(conditions, parameters, limits):
        law, here = kind.unflatten(list(parameters)), Conditions.from_vector(conditions)
        return law.coefficient_within(here, *limits) if limited else law.coefficient(here)

    return coefficient


def _with_change(coefficient: Callable) -> Callable:
    def both(conditions, parameters, limits):
        here, change = jnp.split(conditions, 2)
        return jax.jvp(lambda c: coefficient(c, parameters, limits), (here,), (change,))

    return both
