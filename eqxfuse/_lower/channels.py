"""Reactions grouped by what multiplies their coefficient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eqxfuse._chemistry.network import Network
from eqxfuse._program.ir import Atom, Load


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


def common_change(changes: Sequence[Mapping[int, float]], reactions: Sequence[int]) -> dict[int, float]:
    """What all of several reactions change by the same number; a reaction alone shares nothing."""
    first, *others = (changes[j] for j in reactions)
    return {i: c for i, c in first.items() if all(other.get(i) == c for other in others)} if others else {}


def modifier_positions(network: Network) -> dict[int, int]:
    """Position in the modifier array `m` of each reaction with an abundance-dependent law."""
    return {j: i for i, j in enumerate(j for _, own in network.rate_table.layout.modified for j in own)}


def coefficient(j: int, modifiers: dict[int, int]) -> tuple[Atom, ...]:
    """The factors of reaction j that are no abundances."""
    return (Load("k", j), Load("m", modifiers[j])) if j in modifiers else (Load("k", j),)
