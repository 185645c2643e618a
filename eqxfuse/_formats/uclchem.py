"""UCLCHEM's `reactions.csv`: the reactions of its gas phase (Holdship et al. 2017, AJ 154, 38).

The type of a reaction stands among the reactants; a row without one is a two-body reaction. Empty fields are `NAN`.
Elements are in capitals. zeta is in units of 1.3e-17 s^-1, and the radiation field in Habing units, divided by 1.7, is
the Draine field of `Conditions.g0`.

Rows with a species on grains (`#X`) or in the ice (`@X`), or of a grain process, are left out and counted in a note.
Outside [T_min, T_max] every coefficient is 0 unless the row says `extrapolate`; rows of one equation over adjoining
ranges stay reactions of their own. The photodissociation of H2 and CO and the photoionisation of C are self-shielded,
the first two with UCLCHEM's own unshielded rates in place of the row's alpha; UCLCHEM evaluates these three at any
temperature, whatever the row's range.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from eqxfuse._chemistry.constants import ZETA_UCLCHEM
from eqxfuse._chemistry.rate_laws import (
    CosmicRay,
    CosmicRayPhoton,
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
from eqxfuse._formats.csv import columns, table
from eqxfuse._formats.draft import Draft
from eqxfuse._formats.fields import number, refuse, require_reactants, temperature_range
from eqxfuse._formats.format import Format

_REACTANTS = ("Reactant 1", "Reactant 2", "Reactant 3")
_PRODUCTS = ("Product 1", "Product 2", "Product 3", "Product 4")
_NOTHING = ("", "NAN")
_NUMBERS = ("Alpha", "Beta", "Gamma", "T_min", "T_max")
_REQUIRED = (*_REACTANTS, *_PRODUCTS, *_NUMBERS)
_TWO_BODY = "TWOBODY"
_LAWS = {
    _TWO_BODY: Kooij,
    "CRP": lambda a, b, c: CosmicRay(a, ZETA_UCLCHEM),
    "CRPHOT": lambda a, b, c: CosmicRayPhoton(a, b, c, ZETA_UCLCHEM),
    "PHOTON": lambda a, b, c: Photo(a, c),
    "IONOPOL1": IonPolar1,
    "IONOPOL2": IonPolar2,
    "H2FORM": lambda a, b, c: H2FormationCazauxTielens(a),
}
_UNARY = ("CRP", "CRPHOT", "PHOTON")
_SHIELDED: dict[tuple, Callable[[float, float], RateLaw]] = {
    ("H2", ("H", "H")): lambda a, c: ShieldedH2(),
    ("CO", ("C", "O")): lambda a, c: ShieldedCO(),
    ("C", ("C+", "E-")): ShieldedC,
}
_ON_GRAINS = frozenset({
    "FREEZE", "DESORB", "THERM", "DESOH2", "DESCR", "DEUVCR", "CRS", "ER", "ERDES", "LH", "LHDES", "BULKSWAP",
    "SURFSWAP", "EXSOLID", "EXRELAX", "GAR",
})  # fmt: skip


def _read(rows: Sequence[Source]) -> Draft:
    draft = Draft(_species)
    left_out: Counter[str] = Counter()
    for row, fields in table(rows, _REQUIRED):
        names = [fields[c] for c in _REACTANTS if fields[c] not in _NOTHING]
        products = [fields[c] for c in _PRODUCTS if fields[c] not in (*_NOTHING, "PHOTON")]
        reason = _grain_process(names, products)
        if reason:
            left_out[reason] += 1
        else:
            _add(draft, row, fields, names, products)
    if left_out:
        reasons = ", ".join(f"{n} {reason}" for reason, n in left_out.most_common())
        draft.notes.append(f"rows left out of the {len(rows) - 1} in the file: {left_out.total()} ({reasons})")
    return draft


def _grain_process(reactants: list[str], products: list[str]) -> str:
    """Why a row is not of the gas phase, or an empty text."""
    if any(name[0] in "#@" for name in (*reactants, *products)):
        return "with species on grains or in the ice"
    types = [name for name in reactants if name in _ON_GRAINS]
    return f"{types[0]} of gas species" if types else ""


def _add(draft: Draft, row: Source, fields: dict[str, str], names: list[str], products: list[str]) -> None:
    types = [name for name in names if name in _LAWS]
    if len(types) > 1:
        raise refuse(row, f"a row has one type, got {' and '.join(types)}")
    kind = types[0] if types else _TWO_BODY
    reactants = [name for name in names if name not in types]
    numbers = {what: number(row, what, fields[what]) for what in _NUMBERS}
    law = _law(row, kind, reactants, products, numbers)
    limits = temperature_range(row, numbers["T_min"], numbers["T_max"])
    fit = Fit(law) if law.modifying_species else Fit(law, *limits)
    draft.add(
        row,
        reactants,
        products,
        [fit],
        out_of_range="extrapolate" if _extrapolates(row, fields) else "zero",
        id=len(draft.reactions) + 1,
        kind=kind,
        factors=("H",) if kind == "H2FORM" else None,
    )
    _refuse_type(row, reactants, products)


def _law(row: Source, kind: str, reactants: list[str], products: list[str], numbers: dict[str, float]) -> RateLaw:
    alpha, beta, gamma = (numbers[what] for what in ("Alpha", "Beta", "Gamma"))
    require_reactants(row, kind, reactants, 1 if kind in _UNARY else 2)
    if kind == "H2FORM" and reactants != ["H", "H"]:
        raise refuse(row, f"H2FORM is the formation of H2 from two H, got {' + '.join(reactants)}")
    shielded = _SHIELDED.get((*reactants, tuple(sorted(products)))) if kind == "PHOTON" else None
    return shielded(alpha, gamma) if shielded else _LAWS[kind](alpha, beta, gamma)


def _extrapolates(row: Source, fields: dict[str, str]) -> bool:
    value = fields.get("extrapolate", "False").lower()
    if value not in ("true", "false"):
        raise refuse(row, f"extrapolate must be True or False, got {fields['extrapolate']!r}")
    return value == "true"


def _species(name: str) -> Species:
    """The types stand where species do, so a name that is not a formula is an unknown type."""
    try:
        return Species.from_name(name, upper_case=True)
    except ValueError as error:
        raise ValueError(f"{error}, and {name!r} is no known reaction type") from None


def _refuse_type(row: Source, reactants: list[str], products: list[str]) -> None:
    """Raise `NetworkFormatError` for a type that looks like a formula, as FOO does: without it the row conserves."""
    made = _atoms(products)
    if _atoms(reactants) == made:
        return
    for name in reactants:
        others = reactants.copy()
        others.remove(name)
        if _atoms(others) == made:
            raise refuse(
                row,
                f"{name!r} is no known reaction type, and as a species it is left over: the others alone conserve "
                f"elements and charge; known types are {', '.join(sorted({*_LAWS, *_ON_GRAINS} - {_TWO_BODY}))}",
            )


def _atoms(names: list[str]) -> Counter[str]:
    total: Counter[str] = Counter()
    for species in map(_species, names):
        total.update(dict(species.composition or ()), charge=species.charge)
    return total


def _recognises(text: str) -> bool:
    return columns(text)[:7] == [*_REACTANTS, *_PRODUCTS]


UCLCHEM = Format("uclchem", "csv, Reactant 1,Reactant 2,...", _recognises, _read)
