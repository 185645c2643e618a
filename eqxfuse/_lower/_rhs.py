"""The right-hand side d y/dt of a network as a program."""

from collections.abc import Sequence
from dataclasses import dataclass

from eqxfuse._ir import Array, Atom, Load, Product, Program, Ref, Statement, Sum
from eqxfuse._network import Network
from eqxfuse._reaction import Reaction


@dataclass(frozen=True)
class _Channels:
    """Reactions with the same rate factors: they share one monomial."""

    factors: tuple[int, ...]
    reactions: tuple[int, ...]


def lower_rhs(network: Network, compensated: bool = False) -> Program:
    """Lower dy/dt of every species.

    Inputs: `y` [species], `k` [reactions], and, where rate laws depend on abundances, their modifiers `m`
    in the order of `network.rate_table.layout.modified`. Reactions with the same factors form one monomial;
    what all of them do alike (their shared loss) is summed once.
    """
    modifier = {j: i for i, j in enumerate(j for _, own in network.rate_table.layout.modified for j in own)}
    statements: list[Statement] = []
    terms: list[list[tuple[float, Atom]]] = [[] for _ in network.species]
    for number, channels in enumerate(_channels(network)):
        statements += _rates(network, channels, number, modifier)
        statements += _accumulate(network, channels, number, terms)
    outputs: list[Atom | None] = []
    for i, own in enumerate(terms):
        if own:
            statements.append(Statement(f"d{i}", Sum(tuple(own)), f"d {network.species_names[i]}/dt"))
        outputs.append(Ref(f"d{i}") if own else None)
    inputs = [
        Array("y", len(network.species), network.species_names),
        Array("k", len(network.reactions)),
        *([Array("m", len(modifier))] if modifier else []),
    ]
    return Program("rhs", tuple(inputs), tuple(statements), tuple(outputs), compensated)


def _channels(network: Network) -> list[_Channels]:
    groups: dict[tuple[int, ...], list[int]] = {}
    for j, reaction in enumerate(network.reactions):
        factors = tuple(sorted(network.index(name) for name in reaction.factors))
        groups.setdefault(factors, []).append(j)
    return [_Channels(factors, tuple(reactions)) for factors, reactions in groups.items()]


def _rates(network: Network, channels: _Channels, number: int, modifier: dict[int, int]) -> list[Statement]:
    """r_j = k_j times the monomial, which has a statement of its own where several reactions share it."""
    monomial: tuple[Atom, ...] = tuple(Load("y", i) for i in channels.factors)
    statements = []
    if len(channels.reactions) > 1 and len(monomial) > 1:
        statements.append(Statement(f"p{number}", Product(monomial)))
        monomial = (Ref(f"p{number}"),)
    for j in channels.reactions:
        own = (Load("m", modifier[j]),) if j in modifier else ()
        comment = network.reactions[j].equation
        statements.append(Statement(f"r{j}", Product((Load("k", j), *own, *monomial)), comment))
    return statements


def _accumulate(
    network: Network, channels: _Channels, number: int, terms: list[list[tuple[float, Atom]]]
) -> list[Statement]:
    """Add the rates of one group to the species they change; a change common to all goes through their sum."""
    common = _common_change([network.reactions[j] for j in channels.reactions])
    shared = []
    if common and len(channels.reactions) > 1:
        total = Sum(tuple((1.0, Ref(f"r{j}")) for j in channels.reactions))
        shared = [Statement(f"s{number}", total)]
        for name, change in common.items():
            terms[network.index(name)].append((change, Ref(f"s{number}")))
    for j in channels.reactions:
        for name, change in network.reactions[j].net_change:
            if not shared or name not in common:
                terms[network.index(name)].append((float(change), Ref(f"r{j}")))
    return shared


def _common_change(reactions: Sequence[Reaction]) -> dict[str, float]:
    """The species that every one of `reactions` changes by the same number."""
    changes = [dict(r.net_change) for r in reactions]
    return {n: float(c) for n, c in changes[0].items() if all(other.get(n) == c for other in changes[1:])}
