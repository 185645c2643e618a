"""Which species and reactions of a network a process means: told by what they are made of, not by their spelling."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from eqxfuse._chemistry.equation import parse_equation
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import CosmicRay, Photo, ShieldedC, ShieldedCO, ShieldedH2
from eqxfuse._chemistry.reaction import Reaction
from eqxfuse._chemistry.species import Species

Agent = Literal["photon", "cosmic ray"]
"""What drives a reaction: light of the interstellar field, or cosmic rays themselves, not the photons they induce."""

_LAWS = {"photon": (Photo, ShieldedC, ShieldedCO, ShieldedH2), "cosmic ray": (CosmicRay,)}
_KINDS = {"photon": ("photon", "ph", "photo"), "cosmic ray": ("cosmic ray", "crp", "cp")}

_FORMULA = re.compile(r"[A-Z][A-Za-z0-9]*[+-]*|e-?")
_ON_GRAINS = re.compile(r"[#@$]|_(?:dust|ice|bulk|surface)")


def is_gas(species: Species) -> bool:
    """Whether it is a particle of the gas, electrons included: a formula that is no grain and lies on none."""
    composition = species.composition
    return composition is not None and "GRAIN" not in dict(composition) and not _ON_GRAINS.search(species.name)


def position(network: Network, formula: str) -> int | None:
    """The species with the composition and the charge of `formula`, such as `H2`, `He+`, `e-`; None if there is none.

    Spelling does not matter (`HE`, `E`, `OH` for `HO`), but ices, grains and names with a prefix (`c-C3H2`, `oH2`) are
    not found; of isomers, the one whose atoms stand in the same order (`HCO+`, not `HOC+`). Raises `ValueError` for
    what is no formula.
    """
    wanted = Species.lenient(formula)
    if wanted.composition is None:
        raise ValueError(f"{formula!r} is no formula of a species, such as H2, He+ or e-")
    found = _formulas(network).get((frozenset(wanted.composition), wanted.charge), [])
    same = [i for i in found if network.species[i].composition == wanted.composition]
    return same[0] if same else found[0] if len(found) == 1 else None


def reactions(network: Network, equation: str, agent: Agent | None = None) -> tuple[int, ...]:
    """Where reactions with this equation stand in the network, their species found as by `position`; if an `agent` is
    named, those that it drives.
    """
    sides = [_side(position(network, name) for name in side) for side in parse_equation(equation)]
    found = _equations(network).get(tuple(sides), ())
    return tuple(j for j in found if agent is None or is_driven_by(network.reactions[j], agent))


def is_driven_by(reaction: Reaction, agent: Agent) -> bool:
    """As its rate law says, or its kind."""
    laws = any(isinstance(fit.law, _LAWS[agent]) for fit in reaction.fits)
    return laws or reaction.kind.lower() in _KINDS[agent]


def _side(positions: Iterable[int | None]) -> frozenset:
    return frozenset(Counter(positions).items())


@lru_cache(maxsize=32)
def _formulas(network: Network) -> dict[tuple[frozenset, int], list[int]]:
    """Gas species whose names are plain formulas, by composition and charge."""
    found: dict[tuple[frozenset, int], list[int]] = {}
    for i, species in enumerate(network.species):
        if is_gas(species) and _FORMULA.fullmatch(species.name) and _reads_as_it_is(species):
            found.setdefault((frozenset(species.composition or ()), species.charge), []).append(i)
    return found


def _reads_as_it_is(species: Species) -> bool:
    read = Species.lenient(species.name)
    return read.composition is not None and dict(read.composition) == dict(species.composition or ())


@lru_cache(maxsize=32)
def _equations(network: Network) -> dict[tuple[frozenset, ...], tuple[int, ...]]:
    found: dict[tuple[frozenset, ...], tuple[int, ...]] = {}
    for j, reaction in enumerate(network.reactions):
        sides = (reaction.reactants, reaction.products)
        key = tuple(frozenset((network.index(name), number) for name, number in side) for side in sides)
        found[key] = (*found.get(key, ()), j)
    return found
