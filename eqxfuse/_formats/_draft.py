"""A network while its file is being read."""

from collections.abc import Callable, Iterable, Sequence

from eqxfuse._errors import NetworkFormatError
from eqxfuse._formats._fields import refuse, species_name
from eqxfuse._network import Network
from eqxfuse._rate_laws import Fit, RateLaw
from eqxfuse._reaction import OutOfRange, Reaction, Source
from eqxfuse._species import Species


class Draft:
    """Collects reactions row by row, and species in the order of their first appearance.

    `parse` makes a `Species` of a name; its `ValueError` becomes a `NetworkFormatError` for the row.
    """

    def __init__(self, parse: Callable[[str], Species]):
        self._parse = parse
        self._species: dict[str, Species] = {}
        self._needed: dict[str, Source] = {}  # what a rate law needs, and the first row that does
        self.reactions: list[Reaction] = []
        self.notes: list[str] = []

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
    ) -> None:
        """Append a reaction. Raises `NetworkFormatError`."""
        if not reactants or not products:
            raise refuse(row, f"the row has no {'product' if reactants else 'reactant'} that is a species")
        for name in (*reactants, *products):
            if name not in self._species:
                self._species[name] = self._new(row, name)
        reaction = Reaction.make(
            reactants, products, rate, factors=factors, out_of_range=out_of_range, id=id, kind=kind, source=row
        )
        for fit in reaction.fits:
            for needed in fit.law.modifying_species:
                self._needed.setdefault(needed, row)
        self.reactions.append(reaction)

    def network(self, name: str) -> Network:
        """Everything that was added. Raises `NetworkFormatError` when a rate law needs a species that is absent."""
        for needed, row in self._needed.items():
            if needed not in self._species:
                raise refuse(row, f"its shielding needs {needed}, which stands in no reaction")
        return Network(tuple(self._species.values()), tuple(self.reactions), name, tuple(self.notes))

    def _new(self, row: Source, name: str) -> Species:
        try:
            return self._parse(species_name(row, name))
        except NetworkFormatError:
            raise
        except ValueError as error:
            raise refuse(row, str(error)) from None
