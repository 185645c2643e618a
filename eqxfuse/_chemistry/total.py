"""Named sums over species or over rates, which rate laws may depend on."""

import math
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real

from eqxfuse._chemistry.equation import parse_equation
from eqxfuse._chemistry.reaction import Reaction, stoichiometry
from eqxfuse.errors import UnknownSpecies


@dataclass(frozen=True, slots=True, repr=False)
class Total:
    """A weighted sum that rate laws may depend on (`RateLaw.modifying_totals`), such as all ice or a net accretion.

    `weights` are {species: w}, for the sum of w n over species [cm^-3]; or {reaction: w}, for the sum of w r over the
    rates of reactions [cm^-3 s^-1], each given by its position in the network or by its equation, which stands for all
    reactions with that equation. Equal with equal names and weights. Raises `ValueError`.
    """

    name: str
    weights: tuple[tuple[str | int, float], ...]

    def __init__(self, name: str, weights: Mapping[str, float] | Mapping[int, float] | Mapping[str | int, float]):
        if not isinstance(name, str) or not name:
            raise ValueError(f"a total needs a name, got {name!r}")
        if not isinstance(weights, Mapping) or not weights:
            raise ValueError(f"total {name!r} needs weights, such as {{'CO': 1.0}}, got {weights!r}")
        for key, weight in weights.items():
            if not isinstance(key, str | Integral):
                raise ValueError(f"total {name!r}: {key!r} is no species, and no position or equation of a reaction")
            if not isinstance(weight, Real) or not math.isfinite(weight):
                raise ValueError(f"total {name!r}: the weight of {key!r} must be a finite number, got {weight!r}")
        if len({_is_reaction(key) for key in weights}) > 1:
            raise ValueError(f"total {name!r} is a sum over species or over reactions, not over both")
        object.__setattr__(self, "name", name)
        plain = ((key if isinstance(key, str) else int(key), float(weight)) for key, weight in weights.items())
        object.__setattr__(self, "weights", tuple(plain))

    def __reduce__(self):
        return Total, (self.name, dict(self.weights))

    def __repr__(self) -> str:
        return f"Total({self.name!r}, {len(self.weights)} {'reactions' if self.of_rates else 'species'})"

    @property
    def of_rates(self) -> bool:
        """Whether it is a sum over the rates of reactions."""
        return _is_reaction(self.weights[0][0])

    def terms(self, species: Mapping[str, int], reactions: Sequence[Reaction]) -> dict[int, float]:
        """The positions of what it sums over, with their weights. Raises `ValueError`."""
        if not self.of_rates:
            for name, _ in self.weights:
                if name not in species:
                    raise ValueError(f"total {self.name!r}: {UnknownSpecies(str(name), species)}")
            return {species[str(name)]: weight for name, weight in self.weights}
        terms: dict[int, float] = {}
        for key, weight in self.weights:
            for j in self._positions(key, reactions):
                if j in terms:
                    raise ValueError(f"total {self.name!r} counts reaction {j}, {reactions[j].equation!r}, twice")
                terms[j] = weight
        return terms

    def _positions(self, key: str | int, reactions: Sequence[Reaction]) -> list[int]:
        if isinstance(key, int):
            if not 0 <= key < len(reactions):
                raise ValueError(f"total {self.name!r}: there is no reaction {key}, the network has {len(reactions)}")
            return [key]
        wanted = tuple(frozenset(stoichiometry(side)) for side in parse_equation(key))
        found = [j for j, r in enumerate(reactions) if (frozenset(r.reactants), frozenset(r.products)) == wanted]
        if not found:
            raise ValueError(f"total {self.name!r}: the network has no reaction {key!r}")
        return found


def _is_reaction(key: str | int) -> bool:
    return not isinstance(key, str) or "->" in key


def needed_totals(reaction: Reaction) -> tuple[str, ...]:
    """The totals that the rate law depends on."""
    return tuple(name for fit in reaction.fits for name in fit.law.modifying_totals)


def check_totals(totals: Sequence[Total], species: Mapping[str, int], reactions: Sequence[Reaction]) -> None:
    """Raises `ValueError` for names that stand for two things, and for rate laws that need what is not there."""
    names = Counter(total.name for total in totals)
    for total in totals:
        if names[total.name] > 1 or total.name in species:
            raise ValueError(
                f"total {total.name!r}: {'a species' if total.name in species else 'two totals'} of that name"
            )
        for key, _ in total.weights:
            if key in names:
                raise ValueError(f"total {total.name!r}: {key!r} is a total, too; sum over its species instead")
    for reaction in reactions:
        for name in needed_totals(reaction):
            if name not in names:
                have = ", ".join(map(repr, names)) or "none"
                raise ValueError(f"reaction {reaction.equation!r}: no total {name!r} in the network, which has {have}")


def within(
    totals: Iterable[tuple[Total, Mapping[int, float]]], species: Container[str], reactions: Sequence[int]
) -> tuple[Total, ...]:
    """Totals, each given with its `terms`, over some species and reactions alone; without those of nothing."""
    place = {j: new for new, j in enumerate(reactions)}
    left = []
    for total, terms in totals:
        rates = {place[j]: w for j, w in terms.items() if j in place}
        weights = rates if total.of_rates else {name: w for name, w in total.weights if str(name) in species}
        left += [Total(total.name, weights)] if weights else []
    return tuple(left)


def levels(
    totals: Iterable[Total], terms: Iterable[Mapping[int, float]], reactions: Sequence[Reaction]
) -> dict[str, int]:
    """How many rounds of modified rates each total waits for, by name: 0 for those that need none.

    A round gives the modifiers that follow from the totals known before it. Raises `ValueError` for totals that depend
    on themselves.
    """
    own = {total.name: (total, of) for total, of in zip(totals, terms, strict=True)}
    known: dict[str, int] = {}

    def level(name: str, path: tuple[str, ...]) -> int:
        if name in path:
            circle = " of rates that depend on ".join(map(repr, (*path[path.index(name) :], name)))
            raise ValueError(f"a total cannot depend on itself: {circle}; leave the reactions that cause it out")
        if name not in known:
            total, of = own[name]
            laws = [reactions[j].fits[0].law for j in of] if total.of_rates else []
            rounds = [
                1 + max((level(needed, (*path, name)) for needed in law.modifying_totals), default=0)
                for law in laws
                if law.is_modified
            ]
            known[name] = max(rounds, default=0)
        return known[name]

    return {name: level(name, ()) for name in own}
