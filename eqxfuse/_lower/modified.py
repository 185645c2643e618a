"""Which reactions have abundance-dependent rate laws, and what these depend on."""

from dataclasses import dataclass

from eqxfuse._chemistry.network import Network


@dataclass(frozen=True)
class ModifiedLaw:
    """One abundance-dependent law and its reactions, the rows.

    Their modifiers stand in `m` from `first` on, and the derivatives of these in `dm` from `slopes` on, row by row:
    with respect to each of `species`, then to each of `totals`.
    """

    group: int
    """Its position among the laws of the network's rate table."""
    reactions: tuple[int, ...]
    first: int
    slopes: int
    species: tuple[int, ...]
    totals: tuple[str, ...]
    level: int
    """The largest level of the totals it depends on (see `Network.total_levels`), 0 if there are none."""

    @property
    def width(self) -> int:
        """Derivatives of a row."""
        return len(self.species) + len(self.totals)


def modified_laws(network: Network) -> tuple[ModifiedLaw, ...]:
    """In the order of `m`."""
    laws: list[ModifiedLaw] = []
    first = slopes = 0
    for group, reactions in network.rate_table.layout.modified:
        law = network.rate_table.laws[group]
        species = tuple(map(network.index, law.modifying_species))
        level = max((network.total_levels[name] for name in law.modifying_totals), default=0)
        laws.append(ModifiedLaw(group, reactions, first, slopes, species, law.modifying_totals, level))
        first += len(reactions)
        slopes += len(reactions) * laws[-1].width
    return tuple(laws)


def slope_count(network: Network) -> int:
    """The length of `dm`."""
    return sum(len(law.reactions) * law.width for law in modified_laws(network))
