"""Reactions grouped by what multiplies their coefficient."""

from collections.abc import Sequence
from dataclasses import dataclass

from eqxfuse._ir import Atom, Load
from eqxfuse._network import Network


@dataclass(frozen=True)
class Channels:
    """Reactions with the same rate factors: they share one monomial."""

    factors: tuple[int, ...]
    reactions: tuple[int, ...]


def group_channels(network: Network) -> list[Channels]:
    """All reactions of `network`, grouped in order of first appearance."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for j, reaction in enumerate(network.reactions):
        factors = tuple(sorted(network.index(name) for name in reaction.factors))
        groups.setdefault(factors, []).append(j)
    return [Channels(factors, tuple(reactions)) for factors, reactions in groups.items()]


def common_change(network: Network, reactions: Sequence[int]) -> dict[str, float]:
    """The species that every one of `reactions` changes by the same number."""
    changes = [dict(network.reactions[j].net_change) for j in reactions]
    return {n: float(c) for n, c in changes[0].items() if all(other.get(n) == c for other in changes[1:])}


def modifier_positions(network: Network) -> dict[int, int]:
    """Position in the modifier array `m` of each reaction with an abundance-dependent law."""
    return {j: i for i, j in enumerate(j for _, own in network.rate_table.layout.modified for j in own)}


def coefficient(j: int, modifiers: dict[int, int]) -> tuple[Atom, ...]:
    """The factors of reaction j that are no abundances."""
    return (Load("k", j), Load("m", modifiers[j])) if j in modifiers else (Load("k", j),)
