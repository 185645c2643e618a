"""What makes species and reactions of two networks the same, however their files write names."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping

from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.reaction import Reaction
from eqxfuse._chemistry.species import Species

SpeciesKeys = Mapping[str, Hashable]


def species_keys(network: Network) -> SpeciesKeys:
    """A key for each name: equal where only the case of the letters differs (`HE` and `He`), one for all electrons.

    Where two species of one network would then be the same, their names decide.
    """
    keys = {s.name: _key(s) for s in network.species}
    count = Counter(keys.values())
    return {name: key if count[key] == 1 else name for name, key in keys.items()}


def reaction_key(reaction: Reaction, keys: SpeciesKeys) -> Hashable:
    """Equal for equal reactants, products and rate factors, in any order."""
    sides = [frozenset((keys[name], number) for name, number in s) for s in (reaction.reactants, reaction.products)]
    return (*sides, _counted(keys[name] for name in reaction.factors))


def _key(species: Species) -> Hashable:
    if species.composition is None:
        return species.name
    if not species.composition and species.charge == -1:
        return "electron"
    return species.name.lower(), frozenset(species.composition), species.charge


def _counted(items: Iterable[Hashable]) -> frozenset:
    return frozenset(Counter(items).items())
