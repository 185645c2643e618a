"""Which part of the products of a reaction on ice leaves for the gas (Minissale et al. 2016, A&A 585, A24, eq. 2)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eqxfuse._chemistry.ice import in_phase
from eqxfuse._formats.uclchem_species import SpeciesRow

_KELVIN_PER_KCAL = 4184.0 / (1.38054e-23 * 6.02214129e23)
_SURFACE_MASS = 120.0
"""Effective mass of the surface that a product is thrown from [u]."""
_ON_ICE = 0.1
"""What the part is on ice, over that on bare grains."""
_MEASURED: dict[tuple[str, ...], float] = {("#N", "#N"): 0.5, ("H", "#O"): 0.3, ("H", "#OH"): 0.25}
"""Reactions whose part is measured (Minissale et al. 2016, table 1); those with H are of H that comes from the gas."""


@dataclass(frozen=True)
class Desorbed:
    """The part is most exp(-energy steepness), with the largest binding energy of the products [K]."""

    most: float = 0.0
    energy: float = 0.0
    steepness: float = 0.0

    @property
    def part(self) -> float:
        return self.most * math.exp(-self.energy * self.steepness)


def desorbed(
    species: Mapping[str, SpeciesRow], reactants: Sequence[str], products: Sequence[str], gamma: float
) -> Desorbed:
    """Of a reaction that leaves `products`, named as in the gas, and has a barrier `gamma` [K].

    Nothing desorbs where an enthalpy is not known, or where the reaction takes heat.
    """
    if tuple(reactants) in _MEASURED:
        return Desorbed(_MEASURED[tuple(reactants)])
    names = [in_phase(name, "surface") for name in products]
    if not all(name in species and species[name].knows_enthalpy for name in (*names, *map(_on_ice, reactants))):
        return Desorbed()
    made = [species[name] for name in names]
    heat = _heat(species, reactants, made, gamma)
    return _part(heat, made, sum(p.mass for p in made), max(p.atoms for p in made))


def desorbed_as_shipped(
    species: Mapping[str, SpeciesRow],
    sources: Mapping[str, str],
    reactants: Sequence[str],
    products: Sequence[str],
    gamma: float,
) -> Desorbed:
    """As UCLCHEM computes it, whose lookups point beside the species that are meant.

    `sources` says which species of the ice gives a species of the gas by heat. Of it come energy and enthalpy; mass and
    atoms are those of the species that stands, among all, where it stands among those of the ice.
    """
    if tuple(reactants) in _MEASURED:
        return Desorbed(_MEASURED[tuple(reactants)])
    everything = list(species.values())
    ice = [s for phase in ("surface", "bulk") for s in everything if s.species.phase == phase]
    made = [species[sources[name]] for name in products if name in sources]
    beside = [everything[ice.index(p)] for p in made]
    heat = _heat(species, reactants, made, gamma)
    return _part(heat, made, sum(p.mass for p in beside), max((p.atoms for p in beside), default=0))


def _on_ice(name: str) -> str:
    return name if name[0] in "#@" else in_phase(name, "surface")


def _heat(species: Mapping[str, SpeciesRow], reactants: Sequence[str], made: Sequence[SpeciesRow], gamma: float):
    """What the reaction sets free [K]."""
    enthalpy = sum(species[_on_ice(name)].enthalpy for name in reactants) - sum(p.enthalpy for p in made)
    return enthalpy * _KELVIN_PER_KCAL + gamma or 1e-30


def _part(heat: float, made: Sequence[SpeciesRow], mass: float, atoms: int) -> Desorbed:
    if heat < 0.0:
        return Desorbed()
    kept = ((mass - _SURFACE_MASS) / (mass + _SURFACE_MASS)) ** 2
    energy = max((p.binding_energy for p in made), default=0.0)
    return Desorbed(_ON_ICE, energy, 3.0 * atoms / (kept * heat) if kept else float("inf"))
