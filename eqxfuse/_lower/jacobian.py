"""The Jacobian of the right-hand side as a program over its sparsity pattern."""

from collections.abc import Mapping

from eqxfuse._chemistry.network import Network
from eqxfuse._lower.channels import Channels, coefficient, common_change, group_channels, modifier_positions
from eqxfuse._lower.rhs import rhs_inputs
from eqxfuse._program.ir import Array, Atom, Load, Product, Program, Ref, Statement, Sum
from eqxfuse._program.pattern import Pattern

Entries = dict[tuple[int, int], list[tuple[float, Atom]]]


def lower_jacobian(network: Network) -> tuple[Program, Pattern]:
    """Lower d(dy_i/dt)/dy_j for every stored element of the pattern, in its order.

    Each monomial is differentiated factor by factor, so the values are finite where abundances vanish. The
    inputs are those of the right-hand side and, where rate laws depend on abundances, `dm` [modified reactions *
    modifying species]: the derivatives of the modifiers, row by row, species as in `modifying_species`.
    """
    modifiers = modifier_positions(network)
    statements: list[Statement] = []
    entries: Entries = {(i, i): [] for i in range(len(network.species))}
    for number, channels in enumerate(group_channels(network)):
        for species in dict.fromkeys(channels.factors):
            statements += _partial(network, channels, number, species, modifiers, entries)
    statements += _modifier_terms(network, modifiers, entries)
    rows: list[list[int]] = [[] for _ in network.species]
    for i, j in entries:
        rows[i].append(j)
    pattern = Pattern.from_rows(rows)
    outputs: list[Atom | None] = []
    for i, j in zip(pattern.rows.tolist(), pattern.columns.tolist(), strict=True):
        outputs.append(_element(entries[i, j], f"j{i}_{j}", _label(network, i, j), statements))
    return Program("jacobian", _inputs(network, modifiers), tuple(statements), tuple(outputs)), pattern


def modifying_species(network: Network) -> tuple[int, ...]:
    """The species on which rate laws of the network depend, ascending."""
    table = network.rate_table
    names = {name for group, _ in table.layout.modified for name in table.laws[group].modifying_species}
    return tuple(sorted(network.index(name) for name in names))


def _inputs(network: Network, modifiers: Mapping[int, int]) -> tuple[Array, ...]:
    if not modifiers:
        return rhs_inputs(network)
    return (*rhs_inputs(network), Array("dm", len(modifiers) * len(modifying_species(network))))


def _partial(
    network: Network, channels: Channels, number: int, species: int, modifiers: dict[int, int], entries: Entries
) -> list[Statement]:
    """The derivatives of a group's rates with respect to one of its factors."""
    rest = list(channels.factors)
    power = rest.count(species)
    rest.remove(species)
    monomial: tuple[Atom, ...] = tuple(Load("y", i) for i in rest)
    statements = []
    if len(monomial) > 1:
        statements.append(Statement(f"p{number}_{species}", Product(monomial)))
        monomial = (Ref(f"p{number}_{species}"),)
    names = {}
    for j in channels.reactions:
        names[j] = f"q{j}_{species}"
        statements.append(Statement(names[j], Product((*coefficient(j, modifiers), *monomial))))
    common = common_change(network, channels.reactions)
    if common:
        total = f"s{number}_{species}"
        statements.append(Statement(total, Sum(tuple((1.0, Ref(n)) for n in names.values()))))
        for changed, change in common.items():
            _add(entries, changed, species, change * power, Ref(total))
    for j, name in names.items():
        for changed, change in network.net_changes[j].items():
            if changed not in common:
                _add(entries, changed, species, change * power, Ref(name))
    return statements


def _modifier_terms(network: Network, modifiers: dict[int, int], entries: Entries) -> list[Statement]:
    """What the abundance-dependence of the rate laws themselves adds: unmodified rate times dm/dy."""
    species = modifying_species(network)
    statements = []
    for j, position in modifiers.items():
        reaction = network.reactions[j]
        factors = tuple(Load("y", network.index(name)) for name in reaction.factors)
        statements.append(Statement(f"u{j}", Product((Load("k", j), *factors)), reaction.equation))
        for column, i in enumerate(species):
            slope = Load("dm", position * len(species) + column)
            statements.append(Statement(f"v{j}_{i}", Product((Ref(f"u{j}"), slope))))
            for changed, change in network.net_changes[j].items():
                _add(entries, changed, i, change, Ref(f"v{j}_{i}"))
    return statements


def _element(terms, name: str, label: str, statements: list[Statement]) -> Atom | None:
    """What an element of the Jacobian is: nothing, another statement's value, or a sum of its own."""
    if not terms:
        return None
    if len(terms) == 1 and terms[0][0] == 1.0:
        return terms[0][1]
    statements.append(Statement(name, Sum(tuple(terms)), label))
    return Ref(name)


def _add(entries: Entries, row: int, column: int, change: float, atom: Atom) -> None:
    entries.setdefault((row, column), []).append((change, atom))


def _label(network: Network, i: int, j: int) -> str:
    return f"d(d {network.species_names[i]}/dt)/d {network.species_names[j]}"
