"""Two networks side by side."""

import dataclasses
import math
from collections.abc import Hashable
from typing import NamedTuple

import numpy as np

from eqxfuse._analysis.comparison.comparison import Apart, Comparison, Difference
from eqxfuse._analysis.comparison.keys import reaction_key, species_keys
from eqxfuse._chemistry.conditions import Conditions, require_known
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.thermal import Process


def compare(a: Network, b: Network, conditions: Conditions, *, rtol: float = 1e-6) -> Comparison:
    """Species, reactions, totals, heating and cooling, and coefficients under `conditions` that tell networks apart.

    Names match across the ways of writing them in capitals. Rows of one network with the same reactants, products and
    rate factors count as one reaction with the sum of their coefficients; those of abundance-dependent laws are
    compared without their modifiers. Coefficients, and the weights of totals, are equal within `rtol` of the larger
    one; `Network.processes` are when they say the same, whatever they are called. Raises
    `UnsupportedRateLaw` where a reaction has several fits of which one depends on abundances, and `ValueError` for
    conditions of more than one cell, and for parameters other than one of the networks needs.
    """
    require_known(conditions.parameters, {*a.parameters, *b.parameters}, "the rates of the two networks")
    keys = species_keys(a), species_keys(b)
    names = [{key: name for name, key in own.items()} for own in keys]
    said = [{_words(process): process.name for process in network.processes} for network in (a, b)]
    tables = [_summed(network, own, conditions) for network, own in zip((a, b), keys, strict=True)]
    shared = [key for key in tables[0] if key in tables[1]]
    pairs = [_difference(tables[0][key], tables[1][key]) for key in shared]
    differing = [pair for pair in pairs if not _close(pair.a, pair.b, rtol)]
    only = [[own.equation for key, own in one.items() if key not in other] for one, other in (tables, tables[::-1])]
    return Comparison(
        networks=(a, b),
        species=(_missing(names[0], names[1]), _missing(names[1], names[0])),
        reactions=(tuple(only[0]), tuple(only[1])),
        coefficients=tuple(sorted(differing, key=_size, reverse=True)),
        totals=_apart(_sums(a, keys[0]), _sums(b, keys[1]), rtol),
        processes=(_missing(said[0], said[1]), _missing(said[1], said[0])),
        shared=len(shared),
        rtol=rtol,
    )


class _Row(NamedTuple):
    equation: str
    k: float
    rows: int


def _summed(network: Network, keys, conditions: Conditions) -> dict[Hashable, _Row]:
    """Every reaction by its key, in the order of the network."""
    rows: dict[Hashable, _Row] = {}
    own = {name: conditions.parameters[name] for name in network.parameters}
    conditions = dataclasses.replace(conditions, parameters=own)
    for reaction, k in zip(network.reactions, np.asarray(network.rate_table(conditions)).tolist(), strict=True):
        key = reaction_key(reaction, keys)
        before = rows.get(key, _Row(reaction.equation, 0.0, 0))
        rows[key] = _Row(before.equation, before.k + k, before.rows + 1)
    return rows


def _sums(network: Network, keys) -> dict[str, dict[Hashable, float]]:
    """The weights of each total, by what makes its species or reactions the same in both networks."""
    sums = {}
    for total, terms in zip(network.totals, network.total_terms, strict=True):
        own: dict[Hashable, float] = {}
        for i, weight in terms.items():
            name = reaction_key(network.reactions[i], keys) if total.of_rates else keys[network.species_names[i]]
            own[name] = own.get(name, 0.0) + weight
        sums[total.name] = own
    return sums


def _words(process: Process) -> str:
    """What it says of itself but for its name."""
    return repr(process).replace(repr(process.name), "")


def _apart(a: dict[str, dict[Hashable, float]], b: dict[str, dict[Hashable, float]], rtol: float) -> Apart:
    """What only one has, and what both call by one name and is not the same."""
    shared = [name for name in a if name in b]
    differing = [
        name
        for name in shared
        if not all(_close(a[name].get(key, 0.0), b[name].get(key, 0.0), rtol) for key in {**a[name], **b[name]})
    ]
    only = [tuple(name for name in one if name not in other) for one, other in ((a, b), (b, a))]
    return Apart(only[0], only[1], tuple(differing))


def _difference(a: _Row, b: _Row) -> Difference:
    return Difference(a.equation, a.k, b.k, (a.rows, b.rows))


def _missing(one: dict, other: dict) -> tuple[str, ...]:
    return tuple(name for key, name in one.items() if key not in other)


def _close(a: float, b: float, rtol: float) -> bool:
    return a == b or abs(a - b) <= rtol * max(abs(a), abs(b))


def _size(pair: Difference) -> tuple[float, float]:
    """|a - b| over the smaller one, infinite where that is 0; then the larger one."""
    smaller, larger = sorted((abs(pair.a), abs(pair.b)))
    return abs(pair.a - pair.b) / smaller if smaller > 0 else math.inf, larger
