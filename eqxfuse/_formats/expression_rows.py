"""Rows whose rates are expressions become reactions, once all rows and variables of a file are known."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from eqxfuse._chemistry import thermal
from eqxfuse._chemistry.expression import Definition, Names, read_formula
from eqxfuse._chemistry.rate_laws import Expression, Fit
from eqxfuse._chemistry.rate_laws.fit import OutOfRange
from eqxfuse._chemistry.reaction import Source
from eqxfuse._chemistry.species import Species
from eqxfuse._formats.draft import Draft, hydrogen_nuclei
from eqxfuse.errors import ExpressionError


@dataclass(frozen=True)
class ExpressionRow:
    """A reaction as it stands in a file. Its rate is 0 where `condition` does not hold."""

    source: Source
    id: int
    reactants: tuple[str, ...]
    products: tuple[str, ...]
    rate: str
    condition: str = ""
    limits: tuple[float, float] = (0.0, float("inf"))
    out_of_range: OutOfRange = "extrapolate"
    kind: str = ""


def add_rows(
    draft: Draft,
    rows: Sequence[ExpressionRow],
    parse: Callable[[str], Species],
    index_of: Callable[[str], str],
    definitions: Mapping[str, Definition],
    parameters: Mapping[str, str],
    others: Sequence[str] = (),
) -> Names:
    """Append what can be read of `rows` to the draft, which keeps the others in mind; what their names stand for.

    `parse` makes a species of a name, and `index_of` what stands behind `idx_` for it. `others` are species that stand
    in no reaction.
    """
    known = {name: None for row in rows for name in (*row.reactants, *row.products)} | dict.fromkeys(others)
    species = {name: parse(name) for name in known}
    by_index = {f"idx_{index_of(name)}": name for name in known}
    conserved = all(_conserves_nuclei(row, species) for row in rows)
    names = Names(definitions, parameters, lambda index: by_index[index.lower()], conserved)
    for row in rows:
        try:
            formula = read_formula(row.rate, names, row.condition, Counter(row.reactants))
        except ExpressionError as error:
            draft.refuse(row.source, error.why)
            continue
        factors = Counter(row.reactants)
        factors.subtract(formula.divided)
        draft.add(
            row.source,
            row.reactants,
            row.products,
            [Fit(Expression.of(formula.code, formula.numbers), *row.limits)],
            out_of_range=row.out_of_range,
            id=row.id,
            kind=row.kind,
            factors=tuple(factors.elements()),
        )
        for name in formula.code.leaves("density"):
            draft.add_species(row.source, name)
        for doubt in formula.doubts:
            draft.doubt(f"line {row.source.line}: {doubt}")
    if any("get_hnuclei" in text.lower() for text in _texts(rows, definitions)):
        draft.notes.append(f"get_Hnuclei is {_told(conserved, species)}")
    return names


def add_processes(draft: Draft, terms: Sequence[tuple[Source, str, str]], names: Names) -> None:
    """Append heating and cooling to the draft, which keeps in mind what cannot be read.

    `terms` are rows, each with the name of its process and with the expression [erg cm^-3 s^-1] of its heating.
    """
    for row, name, text in terms:
        try:
            formula = read_formula(text, names)
        except ExpressionError as error:
            draft.refuse(row, f"{name}: {error.why}")
            continue
        draft.processes.append(thermal.Expression.of(formula.code, formula.numbers, name))
        for doubt in formula.doubts:
            draft.doubt(f"line {row.line}: {doubt}")


def _told(conserved: bool, species: Mapping[str, Species]) -> str:
    """What hydrogen nuclei are counted by."""
    if conserved:
        return "the density of Conditions, for no reaction changes their number"
    opaque = ", ".join(name for name, s in species.items() if s.composition is None)
    return f"a total of the network{opaque and f', which counts none in {opaque}'}"


def _texts(rows: Sequence[ExpressionRow], definitions: Mapping[str, Definition]) -> list[str]:
    return [*(row.rate for row in rows), *(d.text for d in definitions.values())]


def _conserves_nuclei(row: ExpressionRow, species: Mapping[str, Species]) -> bool:
    change = Counter(row.products)
    change.subtract(row.reactants)
    changed = [(species[name], n) for name, n in change.items() if n]
    opaque = any(s.composition is None for s, _ in changed)
    return not opaque and not sum(n * hydrogen_nuclei(s) for s, n in changed)
