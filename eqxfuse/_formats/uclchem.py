"""UCLCHEM's `reactions.csv` (Holdship et al. 2017, AJ 154, 38), with the ice of its `species.csv` or without.

Elements are in capitals. zeta is in units of 1.3e-17 s^-1, and the radiation field in Habing units, divided by 1.7, is
the Draine field of `Conditions.g0`. For rows of grains and ice see `uclchem_ice`.

Outside [T_min, T_max] every coefficient is 0 unless the row says `extrapolate`; rows of one equation over adjoining
ranges stay reactions of their own. The photodissociation of H2 and CO and the photoionisation of C are self-shielded,
the first two with UCLCHEM's own unshielded rates in place of the row's alpha; UCLCHEM evaluates these three at any
temperature, whatever the row's range.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from eqxfuse._chemistry.constants import ZETA_UCLCHEM
from eqxfuse._chemistry.ice import layer_exchange
from eqxfuse._chemistry.lists import counted
from eqxfuse._chemistry.rate_laws import (
    CosmicRay,
    CosmicRayPhoton,
    EncounterDesorption,
    Fit,
    H2FormationCazauxTielens,
    IonPolar1,
    IonPolar2,
    Kooij,
    Photo,
    RateLaw,
    ShieldedC,
    ShieldedCO,
    ShieldedH2,
)
from eqxfuse._chemistry.reaction import Source
from eqxfuse._chemistry.species import Species
from eqxfuse._formats.csv import columns
from eqxfuse._formats.draft import Draft
from eqxfuse._formats.fields import refuse, require_reactants
from eqxfuse._formats.format import Format
from eqxfuse._formats.uclchem_ice import ELECTRON, IceLaws, balance, factors
from eqxfuse._formats.uclchem_row import PRODUCTS, REACTANTS, TWO_BODY, TYPES, Row, read_rows
from eqxfuse._formats.uclchem_species import SpeciesRow, read_species

_LAWS: dict[str, Callable[[Row], RateLaw]] = {
    TWO_BODY: lambda row: Kooij(row.alpha, row.beta, row.gamma),
    "CRP": lambda row: CosmicRay(row.alpha, ZETA_UCLCHEM),
    "CRPHOT": lambda row: CosmicRayPhoton(row.alpha, row.beta, row.gamma, ZETA_UCLCHEM),
    "PHOTON": lambda row: Photo(row.alpha, row.gamma),
    "IONOPOL1": lambda row: IonPolar1(row.alpha, row.beta, row.gamma),
    "IONOPOL2": lambda row: IonPolar2(row.alpha, row.beta, row.gamma),
}
_UNARY = ("CRP", "CRPHOT", "PHOTON")
_SHIELDED: dict[tuple, Callable[[Row], RateLaw]] = {
    ("H2", ("H", "H")): lambda row: ShieldedH2(),
    ("CO", ("C", "O")): lambda row: ShieldedCO(),
    ("C", ("C+", "E-")): lambda row: ShieldedC(row.alpha, row.gamma),
}
_OF_ICE_ALONE = ("LH", "ER", "BULKSWAP", "SURFSWAP")
_H2 = "#H2"


def _read(rows: Sequence[Source]) -> Draft:
    """The gas phase."""
    draft, parsed = Draft(_species), list(read_rows(rows))
    left_out: Counter[str] = Counter()
    for row in parsed:
        if not row.of_ice:
            _add_gas(draft, row)
        elif row.on_ice:
            left_out["with species on grains or in the ice"] += 1
        else:
            left_out[f"{row.kind} of gas species"] += 1
    if left_out:
        reasons = ", ".join(f"{n} {reason}" for reason, n in left_out.most_common())
        draft.notes.append(f"rows left out of the {len(rows) - 1} in the file: {left_out.total()} ({reasons})")
    draft.needs_species = [row.source for row in parsed if row.kind in _OF_ICE_ALONE]
    return draft


def read_with_ice(rows: Sequence[Source], species_rows: Sequence[Source], shipped: bool) -> Draft:
    """Gas and ice, with the laws as UCLCHEM has them where they are to be `shipped`. Raises `NetworkFormatError`."""
    species = read_species(species_rows)
    draft = Draft(lambda name: species[name].species if name in species else _species(name))
    parsed = list(read_rows(rows))
    laws = IceLaws(species, parsed, shipped)
    for row in species_rows[1:]:
        name = columns(row.text)[0]
        if name in species:
            draft.add_species(row, name)
    balanced = 0
    for row in parsed:
        if not row.of_ice:
            _add_gas(draft, row, dust_alone=shipped)
        elif shipped:
            _add_ice(draft, row, laws(row), list(row.reactants), list(row.products))
        elif row.reactants != (ELECTRON,):
            sides = balance(row, species)
            balanced += sides != (list(row.reactants), list(row.products))
            _add_ice(draft, row, laws(row), *sides)
    if not shipped:
        _add_encounter(draft, species, parsed)
        draft.notes.append(
            f"electrons that balance the charge of rows of grains: {counted(balanced, 'row')}; "
            "the row by which electrons alone land is left out"
        )
    exchange = layer_exchange([s.species for s in species.values()], "all" if shipped else "heavy")
    draft.reactions += exchange
    draft.notes += _notes(parsed, len(exchange))
    return draft


def _notes(parsed: Iterable[Row], exchange: int) -> list[str]:
    off = sum(row.kind in ("ER", "ERDES") and row.reactants == ("H", "#H") for row in parsed)
    notes = [f"switched off: {counted(off, 'Eley-Rideal row')} of H and #H, which H2FORM counts"] if off else []
    return [*notes, *([f"reactions added for the exchange of layers of ice: {exchange}"] if exchange else [])]


def _add_gas(draft: Draft, row: Row, dust_alone: bool = False) -> None:
    law = _law(row, dust_alone)
    _add(draft, row, law, row.reactants, row.products, ("H",) if row.kind == "H2FORM" else None)
    _refuse_type(row)


def _add_ice(draft: Draft, row: Row, law: RateLaw, reactants: Sequence[str], products: Sequence[str]) -> None:
    _add(draft, row, law, reactants, products, factors(row))


def _add(draft: Draft, row: Row, law: RateLaw, reactants, products, factors) -> None:
    fit = Fit(law) if law.modifying_species else Fit(law, row.t_min, row.t_max)
    draft.add(
        row.source,
        reactants,
        products,
        [fit],
        out_of_range="extrapolate" if row.extrapolates else "zero",
        id=len(draft.reactions) + 1,
        kind=row.kind,
        factors=factors,
        may_vanish=row.kind == "FREEZE",
    )


def _add_encounter(draft: Draft, species: dict[str, SpeciesRow], parsed: Sequence[Row]) -> None:
    """`#H2 + #H2 -> #H2 + H2`, in a network with `#H2`."""
    source = next((row.source for row in parsed if _H2 in (*row.reactants, *row.products)), None)
    if source and _H2 in species and "H2" in species:
        h2 = species[_H2]
        law = EncounterDesorption(h2.mass, h2.binding_energy)
        draft.add(
            source,
            (_H2, _H2),
            (_H2, "H2"),
            law,
            out_of_range="extrapolate",
            id=len(draft.reactions) + 1,
            kind="ENCOUNTER",
        )
        draft.notes.append("added: the desorption of H2 that meets H2 on the surface")


def _law(row: Row, dust_alone: bool) -> RateLaw:
    require_reactants(row.source, row.kind, row.reactants, 1 if row.kind in _UNARY else 2)
    if row.kind == "H2FORM":
        if row.reactants != ("H", "H"):
            why = f"H2FORM is the formation of H2 from two H, got {' + '.join(row.reactants)}"
            raise refuse(row.source, why)
        return H2FormationCazauxTielens(row.alpha, dust_alone)
    shielded = _SHIELDED.get((*row.reactants, tuple(sorted(row.products)))) if row.kind == "PHOTON" else None
    return (shielded or _LAWS[row.kind])(row)


def _species(name: str) -> Species:
    """The types stand where species do, so a name that is not a formula is an unknown type."""
    try:
        return Species.from_name(name, upper_case=True)
    except ValueError as error:
        raise ValueError(f"{error}, and {name!r} is no known reaction type") from None


def _refuse_type(row: Row) -> None:
    """Raise `NetworkFormatError` for a type that looks like a formula, as FOO does: without it the row conserves."""
    made = _atoms(row.products)
    if _atoms(row.reactants) == made:
        return
    for name in row.reactants:
        others = list(row.reactants)
        others.remove(name)
        if _atoms(others) == made:
            raise refuse(
                row.source,
                f"{name!r} is no known reaction type, and as a species it is left over: the others alone conserve "
                f"elements and charge; known types are {', '.join(sorted(TYPES))}",
            )


def _atoms(names: Iterable[str]) -> Counter[str]:
    total: Counter[str] = Counter()
    for species in map(_species, names):
        total.update(dict(species.composition or ()), charge=species.charge)
    return total


def _recognises(text: str) -> bool:
    return columns(text)[:7] == [*REACTANTS, *PRODUCTS]


UCLCHEM = Format("uclchem", "csv, Reactant 1,Reactant 2,...", _recognises, _read)
