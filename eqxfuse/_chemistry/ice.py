"""What a network with ice has beside its reactions: sums over phases, and the exchange between surface and bulk."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from eqxfuse._chemistry.rate_laws import BulkSwap, Burial, Uncovering
from eqxfuse._chemistry.rate_laws.ice.grain import BULK, GROWTH, HEAVY, SURFACE, SWAP
from eqxfuse._chemistry.rate_laws.ice.layers import Counted
from eqxfuse._chemistry.reaction import Reaction
from eqxfuse._chemistry.species import PREFIXES, Phase, Species
from eqxfuse._chemistry.total import Total, needed_totals

_EXCHANGE = (Burial, Uncovering)
_LIGHT = ("H", "H2")
_PREFIX = {phase: prefix for prefix, phase in PREFIXES.items()}


def in_phase(name: str, phase: Phase) -> str:
    """The name in a phase of a species that is called `name` in the gas."""
    return _PREFIX.get(phase, "") + name


def layer_exchange(species: Iterable[Species | str], counted: Counted = "heavy") -> tuple[Reaction, ...]:
    """The reactions by which the ice keeps its outermost layers: while the surface grows they are buried (`Burial`),
    and while it shrinks the bulk below is uncovered (`Uncovering`).

    There are two for each of `species` that is on the surface and in the bulk, such as `#CO` and `@CO`; others are left
    out. Give them to `Network.from_reactions` with the network's own. Layers are those of all species but H and H2
    unless `counted="all"`, see `Burial`.
    """
    given = {s.name: s for s in (Species.lenient(s) if isinstance(s, str) else s for s in species)}
    gas = [s.gas_name for s in given.values() if s.phase == "surface"]
    pairs = [(in_phase(name, "surface"), in_phase(name, "bulk")) for name in gas if in_phase(name, "bulk") in given]
    ways = [(a, b, Burial(counted=counted)) for a, b in pairs] + [(b, a, Uncovering(counted=counted)) for a, b in pairs]
    return tuple(
        Reaction.make(start, end, law, out_of_range="extrapolate", kind=type(law).__name__.upper())
        for start, end, law in ways
    )


def ice_totals(species: Sequence[Species], reactions: Sequence[Reaction], given: Iterable[Total]) -> Iterator[Total]:
    """The sums that laws of the ice depend on, but for those that are `given`: over species on the surface, and in the
    bulk; over the rates of what swaps from the bulk; over what all reactions but the exchange of layers add to the
    surface.
    """
    needed = {name for reaction in reactions for name in needed_totals(reaction)} - {total.name for total in given}
    swaps = [j for j, r in enumerate(reactions) if isinstance(r.fits[0].law, BulkSwap)]
    sums: dict[str, Mapping] = {SWAP: dict.fromkeys(swaps, 1.0)}
    heavy = [s for s in species if s.gas_name not in _LIGHT]
    for own, names in ((species, {}), (heavy, HEAVY)):
        surface, bulk = ({s.name: 1.0 for s in own if s.phase == phase} for phase in ("surface", "bulk"))
        found = {SURFACE: surface, BULK: bulk, GROWTH: _growth(reactions, surface)}
        sums |= {names.get(name, name): sum for name, sum in found.items()}
    yield from (Total(name, sum) for name, sum in sums.items() if name in needed and sum)


def _growth(reactions: Sequence[Reaction], surface: Collection[str]) -> dict[int, float]:
    """How much each reaction adds to the species on the surface, but for the exchange of layers."""
    changes = {
        j: sum(n for name, n in r.net_change if name in surface)
        for j, r in enumerate(reactions)
        if not isinstance(r.fits[0].law, _EXCHANGE)
    }
    return {j: float(change) for j, change in changes.items() if change}
