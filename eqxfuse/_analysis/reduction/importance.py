"""How much each reaction matters to some species, from how fast the reactions run."""

from collections.abc import Iterable

import numpy as np

from eqxfuse._chemistry.network import Network


def shares(network: Network, fluxes: Iterable[np.ndarray]) -> list[dict[int, float]]:
    """For each reaction the species that it changes, with its share of all formation or of all destruction of them,
    whichever is more; the largest over the states in which `fluxes` [reactions] are given.
    """
    pairs = np.array([(j, i, n) for j, own in enumerate(network.net_changes) for i, n in own.items()]).reshape(-1, 3)
    reactions, species, numbers = pairs[:, 0].astype(int), pairs[:, 1].astype(int), pairs[:, 2]
    largest = np.zeros(len(pairs))
    for flux in fluxes:
        rates = numbers * flux[reactions]
        made, lost = np.zeros(len(network.species)), np.zeros(len(network.species))
        np.add.at(made, species, np.maximum(rates, 0.0))
        np.add.at(lost, species, np.maximum(-rates, 0.0))
        gross = np.maximum(made, lost)[species]
        largest = np.maximum(largest, np.abs(rates) / np.where(gross > 0, gross, 1.0))
    found: list[dict[int, float]] = [{} for _ in network.reactions]
    for j, i, share in zip(reactions.tolist(), species.tolist(), largest.tolist(), strict=True):
        found[j][i] = share
    return found


def importances(network: Network, shares: list[dict[int, float]], keep: Iterable[int]) -> np.ndarray:
    """[reactions] from 0 to 1: the largest product of shares along a path from the reaction to a species of `keep`.

    A reaction matters to a species as its share, times what the species matters; a species matters as the most
    important reaction that it takes part in, as a reactant or through the rate law (Pepiot-Desjardins & Pitsch 2008,
    Combust. Flame 154, 67, with the largest path).
    """
    needed = [_needed(network, j) for j in range(len(network.reactions))]
    species = np.zeros(len(network.species))
    species[list(keep)] = 1.0
    while True:
        reactions = np.array([max((share * species[i] for i, share in own.items()), default=0.0) for own in shares])
        later = species.copy()
        for j, own in enumerate(needed):
            later[own] = np.maximum(later[own], reactions[j])
        if (later == species).all():
            return reactions
        species = later


def _needed(network: Network, j: int) -> list[int]:
    """The species that a reaction does not run without."""
    reaction = network.reactions[j]
    modifying = (name for fit in reaction.fits for name in fit.law.modifying_species)
    names = {*(name for name, _ in reaction.reactants), *reaction.factors, *modifying}
    return [network.index(name) for name in names]
