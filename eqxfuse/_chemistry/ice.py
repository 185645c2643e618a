"""What a network with ice has beside its reactions: sums over phases, and the exchange between surface and bulk."""

from collections.abc import Iterable, Iterator, Sequence

from eqxfuse._chemistry.rate_laws import BulkSwap, Burial, Uncovering
from eqxfuse._chemistry.rate_laws.ice.grain import BULK, GROWTH, SURFACE, SWAP
from eqxfuse._chemistry.reaction import Reaction
from eqxfuse._chemistry.species import PREFIXES, Phase, Species
from eqxfuse._chemistry.total import Total, needed_totals

_EXCHANGE = (Burial, Uncovering)
_PREFIX = {phase: prefix for prefix, phase in PREFIXES.items()}


def in_phase(name: str, phase: Phase) -> str:
    """The name in ice of a species of the gas."""
    return _PREFIX.get(phase, "") + name


def layer_exchange(species: Iterable[Species | str]) -> tuple[Reaction, ...]:
    """The reactions by which the ice keeps its outermost layers: while the surface grows they are buried (`Burial`),
    and while it shrinks the bulk below is uncovered (`Uncovering`).

    There are two for each of `species` that is on the surface and in the bulk, such as `#CO` and `@CO`; others are left
    out. Give them to `Network.from_reactions` with the network's own.
    """
    given = {s.name: s for s in (Species.lenient(s) if isinstance(s, str) else s for s in species)}
    gas = [s.gas_name for s in given.values() if s.phase == "surface"]
    pairs = [(in_phase(name, "surface"), in_phase(name, "bulk")) for name in gas if in_phase(name, "bulk") in given]
    return (
        *(Reaction.make(a, b, Burial(), out_of_range="extrapolate", kind="BURIAL") for a, b in pairs),
        *(Reaction.make(b, a, Uncovering(), out_of_range="extrapolate", kind="UNCOVERING") for a, b in pairs),
    )


def ice_totals(species: Sequence[Species], reactions: Sequence[Reaction], given: Iterable[Total]) -> Iterator[Total]:
    """The sums that laws of the ice depend on, but for those that are `given`: over species on the surface, and in the
    bulk; over the rates of what swaps from the bulk; over what all reactions but the exchange of layers add to the
    surface.
    """
    known = {total.name for total in given}
    needed = {name for reaction in reactions for name in needed_totals(reaction)} - known
    for name, phase in ((SURFACE, "surface"), (BULK, "bulk")):
        if name in needed and (own := {s.name: 1.0 for s in species if s.phase == phase}):
            yield Total(name, own)
    if SWAP in needed and (swaps := [j for j, r in enumerate(reactions) if isinstance(r.fits[0].law, BulkSwap)]):
        yield Total(SWAP, dict.fromkeys(swaps, 1.0))
    if GROWTH in needed:
        surface = {s.name for s in species if s.phase == "surface"}
        changes = {
            j: sum(n for name, n in r.net_change if name in surface)
            for j, r in enumerate(reactions)
            if not isinstance(r.fits[0].law, _EXCHANGE)
        }
        yield Total(GROWTH, {j: change for j, change in changes.items() if change})
