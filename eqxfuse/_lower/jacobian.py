"""The Jacobian of the right-hand side as a program over its sparsity pattern."""

from collections.abc import Sequence

import numpy as np

from eqxfuse._chemistry.network import Network
from eqxfuse._lower.channels import Channels, coefficient, common_change, group_channels, modifier_positions
from eqxfuse._lower.modified import ModifiedLaw, modified_laws, slope_count
from eqxfuse._lower.rhs import rhs_inputs
from eqxfuse._lower.totals import Border
from eqxfuse._program.ir import Array, Atom, Load, Product, Program, Ref, Statement, Sum
from eqxfuse._program.pattern import Pattern

Entries = dict[tuple[int, int], list[tuple[float, Atom]]]


def lower_jacobian(network: Network) -> tuple[Program, Pattern]:
    """Lower d(dy_i/dt)/dy_j for every stored element of the pattern, in its order.

    Each monomial is differentiated factor by factor, so the values are finite where abundances vanish. The
    inputs are those of the right-hand side and, where rate laws depend on abundances, `dm`: the derivatives of the
    modifiers with respect to what the law of each depends on, see `modified_laws`.

    The totals that rate laws depend on are borders of the pattern: their columns hold the derivatives of dy/dt with
    respect to them, and their rows those of the totals. The weights of sums over species are `Pattern.constants`, which
    the program does not compute.
    """
    border = Border.of(network)
    laws, size = modified_laws(network), len(network.species) + len(border.totals)
    modifiers, changes = modifier_positions(network), border.changes
    statements: list[Statement] = []
    entries: Entries = {(i, i): [] for i in range(size)}
    for number, channels in enumerate(group_channels(network)):
        for species in dict.fromkeys(channels.factors):
            statements += _partial(changes, channels, number, species, modifiers, entries)
    for law in laws:
        statements += _modifier_terms(network, law, border, entries)
    rows: list[list[int]] = [[] for _ in range(size)]
    for i, j in entries:
        rows[i].append(j)
    constants = []
    for i, weights in border.constant_rows.items():
        rows[i] = sorted({*weights, i})
        constants += [weights.get(j, 0.0) for j in rows[i]]
    pattern = Pattern.from_rows(rows, borders=len(border.totals), constants=constants)
    computed = pattern.stored - len(constants)
    outputs: list[Atom | None] = []
    for i, j in np.stack([pattern.rows, pattern.columns], axis=1)[:computed].tolist():
        label = f"d({border.rate(i)})/d {border.name(j)}"
        outputs.append(_element(entries[i, j], f"j{i}_{j}", label, statements))
    return Program("jacobian", _inputs(network), tuple(statements), tuple(outputs)), pattern


def _inputs(network: Network) -> tuple[Array, ...]:
    slopes = slope_count(network)
    return (*rhs_inputs(network), Array("dm", slopes)) if slopes else rhs_inputs(network)


def _partial(
    changes: Sequence[dict[int, float]],
    channels: Channels,
    number: int,
    species: int,
    modifiers: dict[int, int],
    entries: Entries,
) -> list[Statement]:
    """The derivatives of a group's rates with respect to one of its factors; `changes` are those of reactions."""
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
    common = common_change(changes, channels.reactions)
    if common:
        total = f"s{number}_{species}"
        statements.append(Statement(total, Sum(tuple((1.0, Ref(n)) for n in names.values()))))
        for changed, change in common.items():
            _add(entries, changed, species, change * power, Ref(total))
    for j, name in names.items():
        for changed, change in changes[j].items():
            if changed not in common:
                _add(entries, changed, species, change * power, Ref(name))
    return statements


def _modifier_terms(network: Network, law: ModifiedLaw, border: Border, entries: Entries) -> list[Statement]:
    """What the abundance-dependence of a rate law itself adds: unmodified rate times the slopes of its modifier."""
    statements = []
    columns = border.columns(law)
    for row, j in enumerate(law.reactions):
        reaction = network.reactions[j]
        factors = tuple(Load("y", network.index(name)) for name in reaction.factors)
        statements.append(Statement(f"u{j}", Product((Load("k", j), *factors)), reaction.equation))
        for slot, (column, scale) in enumerate(columns):
            slope = Load("dm", law.slopes + row * len(columns) + slot)
            statements.append(Statement(f"v{j}_{slot}", Product((Ref(f"u{j}"), slope))))
            for changed, change in border.changes[j].items():
                _add(entries, changed, column, change * scale, Ref(f"v{j}_{slot}"))
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
