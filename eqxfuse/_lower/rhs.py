"""The right-hand side dy/dt of a network as a program."""

from eqxfuse._chemistry.network import Network
from eqxfuse._lower.channels import Channels, coefficient, common_change, group_channels, modifier_positions
from eqxfuse._program.ir import Array, Atom, Load, Product, Program, Ref, Statement, Sum


def lower_rhs(network: Network, compensated: bool = False) -> Program:
    """Lower dy/dt of every species.

    Inputs: `y` [species], `k` [reactions], and, where rate laws depend on abundances, their modifiers `m`
    in the order of `network.rate_table.layout.modified`. Reactions with the same factors form one monomial;
    what all of them do alike (their shared loss) is summed once.
    """
    modifiers = modifier_positions(network)
    statements: list[Statement] = []
    terms: list[list[tuple[float, Atom]]] = [[] for _ in network.species]
    for number, channels in enumerate(group_channels(network)):
        statements += rates(network, channels, number, modifiers)
        statements += _accumulate(network, channels, number, terms)
    outputs: list[Atom | None] = []
    for i, own in enumerate(terms):
        if own:
            statements.append(Statement(f"d{i}", Sum(tuple(own)), f"d {network.species_names[i]}/dt"))
        outputs.append(Ref(f"d{i}") if own else None)
    return Program("rhs", rhs_inputs(network), tuple(statements), tuple(outputs), compensated)


def rhs_inputs(network: Network) -> tuple[Array, ...]:
    """`y`, `k` and, where there are any, the modifiers `m`."""
    modified = len(modifier_positions(network))
    inputs = (Array("y", len(network.species), network.species_names), Array("k", len(network.reactions)))
    return (*inputs, Array("m", modified)) if modified else inputs


def rates(network: Network, channels: Channels, number: int, modifiers: dict[int, int]) -> list[Statement]:
    """r_j = k_j times the monomial, which has a statement of its own where several reactions share it."""
    monomial: tuple[Atom, ...] = tuple(Load("y", i) for i in channels.factors)
    statements = []
    if len(channels.reactions) > 1 and len(monomial) > 1:
        statements.append(Statement(f"p{number}", Product(monomial)))
        monomial = (Ref(f"p{number}"),)
    for j in channels.reactions:
        factors = (*coefficient(j, modifiers), *monomial)
        statements.append(Statement(f"r{j}", Product(factors), network.reactions[j].equation))
    return statements


def _accumulate(
    network: Network, channels: Channels, number: int, terms: list[list[tuple[float, Atom]]]
) -> list[Statement]:
    """Add the rates of one group to the species they change; a change common to all goes through their sum."""
    common = common_change(network.net_changes, channels.reactions)
    shared = []
    if common:
        total = Sum(tuple((1.0, Ref(f"r{j}")) for j in channels.reactions))
        shared = [Statement(f"s{number}", total)]
        for i, change in common.items():
            terms[i].append((change, Ref(f"s{number}")))
    for j in channels.reactions:
        for i, change in network.net_changes[j].items():
            if i not in common:
                terms[i].append((change, Ref(f"r{j}")))
    return shared
