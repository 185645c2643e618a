"""Rate laws of the rows of UCLCHEM's `reactions.csv` that have to do with grains and their ice.

`grains="published"` gives the laws as the papers have them, `"uclchem"` as the program computes them. These differ so:

- chemical desorption: UCLCHEM takes energies, enthalpies, masses and atoms of other species than are meant;
- ions: negative grains attract them (beta = 1), and they take an electron along: electrons balance every row of grains
  that would make or lose charge. In UCLCHEM beta is 0, ions land as neutral ice, and electrons land as fast as H would;
- H2 forms on grains by the temperatures of gas and dust; UCLCHEM takes that of the dust for both;
- UCLCHEM ends accretion, swaps and diffusive reactions above 150 K of dust;
- H2 that meets H2 desorbs (`EncounterDesorption`), without which it covers cold grains; UCLCHEM has no such row;
- layers are those of all species but H and H2; UCLCHEM counts these, too (see `Burial`).

Both switch off the Eley-Rideal rows of H and `#H`: H2FORM counts the same reactions.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, TypeAlias

from eqxfuse._chemistry.constants import ZETA_UCLCHEM
from eqxfuse._chemistry.rate_laws import (
    Accretion,
    BulkCosmicRayPhoton,
    BulkPhoto,
    BulkSwap,
    CosmicRay,
    CosmicRayDesorption,
    CosmicRayPhoton,
    EleyRideal,
    H2FormationDesorption,
    Photo,
    PhotoDesorption,
    RateLaw,
    SurfaceReaction,
    SurfaceSwap,
    ThermalDesorption,
)
from eqxfuse._chemistry.rate_laws.ice.photo import ICE_OVER_GAS
from eqxfuse._formats.chemical_desorption import Desorbed, desorbed, desorbed_as_shipped
from eqxfuse._formats.fields import refuse, require_reactants
from eqxfuse._formats.uclchem_row import Row
from eqxfuse._formats.uclchem_species import SpeciesRow

Grains: TypeAlias = Literal["published", "uclchem", "none"]
"""Rows of grains: by the published laws, as UCLCHEM computes them, or left out."""

ELECTRON = "E-"
_HIGHEST = 150.0
_TWO = ("LH", "LHDES", "ER", "ERDES")
_LEAVING = {"LHDES": "LH", "ERDES": "ER"}


class IceLaws:
    """The laws of rows, given all `rows` and the `species` of the species file."""

    def __init__(self, species: Mapping[str, SpeciesRow], rows: Iterable[Row], shipped: bool):
        rows = [row for row in rows if row.of_ice]
        self._species, self._shipped = species, shipped
        self._highest = _HIGHEST if shipped else float("inf")
        self._layered = any(s.species.phase == "bulk" for s in species.values())
        for row in rows:
            self._require(row)
        self._sources = {
            row.products[0]: row.reactants[0]
            for phase in ("surface", "bulk")
            for row in rows
            if row.kind == "THERM" and species[row.reactants[0]].species.phase == phase
        }
        self._desorbed = {_pair(row): self._part(row) for row in rows if row.kind in _LEAVING}

    def __call__(self, row: Row) -> RateLaw:
        """Raises `NetworkFormatError` for a type that has no law."""
        make = _MAKE.get(row.kind)
        if make is None:
            raise refuse(row.source, f"there is no rate law for {row.kind} rows of species in ice")
        return make(self, row)

    def _require(self, row: Row) -> None:
        if row.kind in _MAKE:
            require_reactants(row.source, row.kind, row.reactants, 2 if row.kind in _TWO else 1)
        for name in (*row.reactants, *row.products):
            if name not in self._species:
                raise refuse(row.source, f"{name} stands in no row of the species file")
        if row.kind == "THERM" and not row.products:
            raise refuse(row.source, "THERM has a product in the gas")

    def _mass(self, row: Row, i: int = 0) -> float:
        return self._species[row.reactants[i]].mass

    def _energy(self, row: Row, i: int = 0) -> float:
        return self._species[row.reactants[i]].binding_energy

    def _in_bulk(self, row: Row) -> bool:
        return self._species[row.reactants[0]].species.phase == "bulk"

    def accretion(self, row: Row) -> RateLaw:
        (name,) = row.reactants
        if name == ELECTRON:
            return Accretion(1.0, 0.0, self._species["H"].mass, highest=self._highest)
        ion = self._species[name].species.charge > 0
        beta = 1.0 if ion and not self._shipped else row.beta
        sticking = name if name in ("H", "H2") else "all"
        return Accretion(row.alpha, beta, self._mass(row), sticking, self._highest)

    def thermal(self, row: Row) -> RateLaw:
        return ThermalDesorption(self._mass(row), row.gamma, two_phase=not self._layered)

    def diffusive(self, row: Row) -> RateLaw:
        part = self._desorbed.get(_pair(row), Desorbed())
        return SurfaceReaction(
            row.alpha,
            row.gamma,
            row.reduced_mass or _reduced(self._mass(row), self._mass(row, 1)),
            self._mass(row),
            self._mass(row, 1),
            self._energy(row),
            self._energy(row, 1),
            part.most,
            part.energy,
            part.steepness,
            leaves=row.kind in _LEAVING,
            bulk=self._in_bulk(row),
            highest=self._highest,
        )

    def eley_rideal(self, row: Row) -> RateLaw:
        part = self._desorbed.get(_pair(row), Desorbed()).part
        on = 0.0 if row.reactants == ("H", "#H") else 1.0
        share = part if row.kind in _LEAVING else 1.0 - part
        return EleyRideal(row.alpha * on, row.beta, row.gamma, self._mass(row), share)

    def bulk_swap(self, row: Row) -> RateLaw:
        return BulkSwap(self._mass(row), self._energy(row), self._highest)

    def surface_swap(self, row: Row) -> RateLaw:
        del row
        return SurfaceSwap(highest=self._highest)

    def photo(self, row: Row) -> RateLaw:
        law = BulkPhoto if self._in_bulk(row) else Photo
        return law(ICE_OVER_GAS * row.alpha, row.gamma)

    def cosmic_ray_photon(self, row: Row) -> RateLaw:
        law = BulkCosmicRayPhoton if self._in_bulk(row) else CosmicRayPhoton
        return law(ICE_OVER_GAS * row.alpha, row.beta, row.gamma, ZETA_UCLCHEM)

    def _part(self, row: Row) -> Desorbed:
        if row.kind == "LHDES" and self._in_bulk(row):
            return Desorbed()
        if self._shipped:
            return desorbed_as_shipped(self._species, self._sources, row.reactants, row.products, row.gamma)
        return desorbed(self._species, row.reactants, row.products, row.gamma)


_MAKE: dict[str, Callable[[IceLaws, Row], RateLaw]] = {
    "FREEZE": IceLaws.accretion,
    "THERM": IceLaws.thermal,
    "DESCR": lambda laws, row: CosmicRayDesorption(row.gamma),
    "DEUVCR": lambda laws, row: PhotoDesorption(row.gamma),
    "DESOH2": lambda laws, row: H2FormationDesorption(row.gamma),
    "LH": IceLaws.diffusive,
    "LHDES": IceLaws.diffusive,
    "ER": IceLaws.eley_rideal,
    "ERDES": IceLaws.eley_rideal,
    "BULKSWAP": IceLaws.bulk_swap,
    "SURFSWAP": IceLaws.surface_swap,
    "CRP": lambda laws, row: CosmicRay(row.alpha, ZETA_UCLCHEM),
    "CRPHOT": IceLaws.cosmic_ray_photon,
    "PHOTON": IceLaws.photo,
}


def balance(row: Row, species: Mapping[str, SpeciesRow]) -> tuple[list[str], list[str]]:
    """Reactants and products of a row of grains, with the electrons that keep its charge."""
    charge = [sum(species[name].species.charge for name in side) for side in (row.reactants, row.products)]
    gained = charge[1] - charge[0]
    return [*row.reactants, *[ELECTRON] * -gained], [*row.products, *[ELECTRON] * gained]


def factors(row: Row) -> tuple[str, ...]:
    """The species whose densities the rate goes with."""
    return ("H", *row.reactants) if row.kind == "DESOH2" else row.reactants


def _pair(row: Row) -> tuple:
    """What a row has in common with the one that keeps, or frees, the same products."""
    bare = tuple(sorted(name.lstrip("#@") for name in row.products))
    return _LEAVING.get(row.kind, row.kind), tuple(sorted(row.reactants)), bare, row.alpha, row.gamma


def _reduced(m1: float, m2: float) -> float:
    return m1 * m2 / (m1 + m2)
