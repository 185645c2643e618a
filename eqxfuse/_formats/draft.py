"""A network while its file is being read."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

from eqxfuse._chemistry.expression.reader import NUCLEI, PARTICLES
from eqxfuse._chemistry.ice import ice_totals
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import CosmicRayPhoton, Fit, IonPolar1, IonPolar2, Kooij, RateLaw, ThreeBody
from eqxfuse._chemistry.reaction import OutOfRange, Reaction, Source
from eqxfuse._chemistry.species import Species
from eqxfuse._chemistry.thermal import Process
from eqxfuse._chemistry.total import Total, needed_totals
from eqxfuse._formats.fields import refuse, species_name
from eqxfuse.errors import NetworkFormatError

_SHOWN = 5
"""Rows that a note names."""
_FACTORS = {CosmicRayPhoton: ("alpha", "gamma"), IonPolar1: ("alpha", "beta", "gamma"), IonPolar2: ("alpha", "beta")}
"""Parameters that must not be negative, where it is not alpha alone."""
_LARGEST_EXPONENT = 700.0
"""The exponential of more is no double precision number."""


class Draft:
    """Collects reactions row by row, and species in the order of their first appearance.

    `parse` makes a `Species` of a name; its `ValueError` becomes a `NetworkFormatError` for the row.
    """

    def __init__(self, parse: Callable[[str], Species]):
        self._parse = parse
        self._species: dict[str, Species] = {}
        self._needed: dict[str, Source] = {}  # what a rate law needs, and the first row that does
        self._negative: list[str] = []
        self._doubts: list[str] = []
        self.unsupported: list[tuple[Source, str]] = []
        self.reactions: list[Reaction] = []
        self.notes: list[str] = []
        self.processes: list[Process] = []
        self.needs_species: list[Source] = []
        """Rows that cannot be read for want of a file of species."""

    def add(
        self,
        row: Source,
        reactants: Sequence[str],
        products: Sequence[str],
        rate: RateLaw | Iterable[Fit],
        *,
        out_of_range: OutOfRange,
        id: int,
        kind: str,
        factors: Iterable[str] | None = None,
        may_vanish: bool = False,
    ) -> None:
        """Append a reaction, which has products unless it `may_vanish`. Raises `NetworkFormatError`."""
        if not reactants or not (products or may_vanish):
            raise refuse(row, f"the row has no {'product' if reactants else 'reactant'} that is a species")
        for name in (*reactants, *products):
            self.add_species(row, name)
        reaction = Reaction.make(
            reactants, products, rate, factors=factors, out_of_range=out_of_range, id=id, kind=kind, source=row
        )
        for fit in reaction.fits:
            _refuse_overflow(row, fit)
            for needed in fit.law.modifying_species:
                self._needed.setdefault(needed, row)
        if any(_is_negative(fit.law) for fit in reaction.fits):
            self._negative.append(f"line {row.line}: {reaction.equation}")
        self.reactions.append(reaction)

    def add_species(self, row: Source, name: str) -> None:
        """Append a species, if it is new; for one that stands in no reaction. Raises `NetworkFormatError`."""
        if name not in self._species:
            self._species[name] = self._new(row, name)

    def refuse(self, row: Source, why: str) -> None:
        """Keep in mind a row that cannot be read, for want of what eqxfuse does not have."""
        self.unsupported.append((row, why))

    def doubt(self, text: str) -> None:
        """Keep in mind what a user has to see."""
        self._doubts.append(text)

    def left_out(self) -> list[str]:
        """The rows of `unsupported`, a line for each reason."""
        lines: dict[str, list[int]] = {}
        for row, why in self.unsupported:
            lines.setdefault(why, []).append(row.line)
        return [f"left out, line {_numbers(own)}: {why}" for why, own in lines.items()]

    @property
    def doubts(self) -> list[str]:
        """Notes that a user has to see."""
        if not self._negative:
            return self._doubts
        rows = "; ".join(self._negative[:_SHOWN]) + ("; ..." if len(self._negative) > _SHOWN else "")
        return [
            *self._doubts,
            f"reactions with a negative rate coefficient, which run backwards and may drive abundances below zero: "
            f"{len(self._negative)} ({rows})",
        ]

    def network(self, name: str) -> Network:
        """Everything that was added. Raises `NetworkFormatError` when a rate law needs a species that is absent."""
        for needed, row in self._needed.items():
            if needed not in self._species:
                raise refuse(row, f"its shielding needs {needed}, which stands in no reaction")
        notes = (*self.notes, *self.left_out(), *self.doubts)
        species = tuple(self._species.values())
        totals = *self._totals(), *ice_totals(species, self.reactions, ())
        return Network(species, tuple(self.reactions), name, notes, totals, tuple(self.processes))

    def _totals(self) -> Iterator[Total]:
        """Those that rate laws depend on: of all densities, and of hydrogen nuclei."""
        needed = {name for reaction in self.reactions for name in needed_totals(reaction)}
        if PARTICLES in needed:
            yield Total(PARTICLES, dict.fromkeys(self._species, 1.0))
        if NUCLEI in needed:
            yield Total(NUCLEI, {s.name: n for s in self._species.values() if (n := hydrogen_nuclei(s))})

    def _new(self, row: Source, name: str) -> Species:
        try:
            return self._parse(species_name(row, name))
        except NetworkFormatError:
            raise
        except ValueError as error:
            raise refuse(row, str(error)) from None


def hydrogen_nuclei(species: Species) -> int:
    """How many there are in one, without those of deuterium; 0 where the name is no formula."""
    return dict(species.composition or ()).get("H", 0)


def _numbers(lines: Sequence[int]) -> str:
    """The first of them, and how many more there are."""
    shown = ", ".join(map(str, lines[:_SHOWN]))
    return f"{shown} and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else shown


def _is_negative(law: RateLaw) -> bool:
    return any(getattr(law, name, 0.0) < 0 for name in _FACTORS.get(type(law), ("alpha",)))


def _refuse_overflow(row: Source, fit: Fit) -> None:
    """Raise `NetworkFormatError` for a modified Arrhenius law that is infinite at a limit of its own range."""
    law = fit.law
    if not isinstance(law, Kooij | ThreeBody):
        return
    for t in (fit.t_min, fit.t_max):
        if 0.0 < t < math.inf and float(law.beta * math.log(t / 300.0) - law.gamma / t) > _LARGEST_EXPONENT:
            raise refuse(row, f"the rate coefficient overflows at {t:g} K, a limit of its range")
