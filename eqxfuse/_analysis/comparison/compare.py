"""Two networks side by side."""

import dataclasses
import math
from collections.abc import Hashable
from typing import NamedTuple

import numpy as np

from eqxfuse._analysis.comparison.comparison import Comparison, Difference
from eqxfuse._analysis.comparison.keys import reaction_key, species_keys
from eqxfuse._chemistry.conditions import Conditions, require_known
from eqxfuse._chemistry.network import Network


def compare(a: Network, b: Network, conditions: Conditions, *, rtol: float = 1e-6) -> Comparison:
    """Species, reactions, and coefficients under `conditions` that tell two networks apart.

    Names match across the ways of writing them in capitals. Rows of one network with the same reactants, products and
    rate factors count as one reaction with the sum of their coefficients; those of abundance-dependent laws are
    compared without their modifiers. Coefficients are equal within `rtol` of the larger one. Raises
    `UnsupportedRateLaw` where a reaction has several fits of which one depends on abundances, and `ValueError` for
    conditions of more than one cell, and for parameters other than one of the networks needs.
    """
    require_known(conditions.parameters, {*a.parameters, *b.parameters}, "the rates of the two networks")
    keys = species_keys(a), species_keys(b)
    names = [{key: name for name, key in own.items()} for own in keys]
    tables = [_totals(network, own, conditions) for network, own in zip((a, b), keys, strict=True)]
    shared = [key for key in tables[0] if key in tables[1]]
    pairs = [_difference(tables[0][key], tables[1][key]) for key in shared]
    differing = [pair for pair in pairs if not _close(pair.a, pair.b, rtol)]
    only = [[own.equation for key, own in one.items() if key not in other] for one, other in (tables, tables[::-1])]
    return Comparison(
        networks=(a, b),
        species=(_missing(names[0], names[1]), _missing(names[1], names[0])),
        reactions=(tuple(only[0]), tuple(only[1])),
        coefficients=tuple(sorted(differing, key=_size, reverse=True)),
        shared=len(shared),
        rtol=rtol,
    )


class _Total(NamedTuple):
    equation: str
    k: float
    rows: int


def _totals(network: Network, keys, conditions: Conditions) -> dict[Hashable, _Total]:
    """Every reaction by its key, in the order of the network."""
    totals: dict[Hashable, _Total] = {}
    own = {name: conditions.parameters[name] for name in network.parameters}
    conditions = dataclasses.replace(conditions, parameters=own)
    for reaction, k in zip(network.reactions, np.asarray(network.rate_table(conditions)).tolist(), strict=True):
        key = reaction_key(reaction, keys)
        before = totals.get(key, _Total(reaction.equation, 0.0, 0))
        totals[key] = _Total(before.equation, before.k + k, before.rows + 1)
    return totals


def _difference(a: _Total, b: _Total) -> Difference:
    return Difference(a.equation, a.k, b.k, (a.rows, b.rows))


def _missing(one: dict, other: dict) -> tuple[str, ...]:
    return tuple(name for key, name in one.items() if key not in other)


def _close(a: float, b: float, rtol: float) -> bool:
    return a == b or abs(a - b) <= rtol * max(abs(a), abs(b))


def _size(pair: Difference) -> tuple[float, float]:
    """|a - b| over the smaller one, infinite where that is 0; then the larger one."""
    smaller, larger = sorted((abs(pair.a), abs(pair.b)))
    return abs(pair.a - pair.b) / smaller if smaller > 0 else math.inf, larger
