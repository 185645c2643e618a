"""UCLCHEM's `species.csv`: masses, binding energies and enthalpies of the species of its ices.

BULK and SURFACE stand for sums over species and are left out. The columns of fractions, for sublimation in steps, are
not read. An enthalpy of -999 is one that is not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from eqxfuse._chemistry.reaction import Source
from eqxfuse._chemistry.species import Species
from eqxfuse._formats.csv import table
from eqxfuse._formats.fields import number, refuse, species_name

_COLUMNS = ("NAME", "MASS", "BINDING ENERGY", "ENTHALPY")
_SUMS = ("BULK", "SURFACE")
_UNKNOWN = -999.0


@dataclass(frozen=True)
class SpeciesRow:
    """One species: `mass` [u], `binding_energy` [K], `enthalpy` [kcal/mol] with -999 where it is unknown."""

    species: Species
    mass: float
    binding_energy: float
    enthalpy: float

    @property
    def name(self) -> str:
        return self.species.name

    @property
    def atoms(self) -> int:
        return sum(n for _, n in self.species.composition or ())

    @property
    def knows_enthalpy(self) -> bool:
        return self.enthalpy != _UNKNOWN


def read_species(rows: Sequence[Source]) -> dict[str, SpeciesRow]:
    """All species by name, in the order of the file. Raises `NetworkFormatError`."""
    found: dict[str, SpeciesRow] = {}
    for row, fields in table(rows, _COLUMNS):
        name = fields["NAME"]
        if name in _SUMS:
            continue
        if name in found:
            raise refuse(row, f"species {name} stands twice")
        found[name] = _species(row, name, *(number(row, what, fields[what]) for what in _COLUMNS[1:]))
    return found


def _species(row: Source, name: str, mass: float, binding_energy: float, enthalpy: float) -> SpeciesRow:
    try:
        species = Species.from_name(species_name(row, name), upper_case=True)
    except ValueError as error:
        raise refuse(row, str(error)) from None
    if species.phase != "gas":
        if mass <= 0 or binding_energy <= 0:
            raise refuse(row, f"{name} in ice needs a mass and a binding energy above 0")
        known = None if enthalpy == _UNKNOWN else enthalpy
        species = replace(species, binding_energy=binding_energy, enthalpy=known)
    return SpeciesRow(species, mass, binding_energy, enthalpy)
