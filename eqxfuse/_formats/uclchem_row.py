"""A row of UCLCHEM's `reactions.csv`, taken apart.

The type of a reaction stands among the reactants; a row without one is a two-body reaction. Empty fields are `NAN`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eqxfuse._chemistry.reaction import Source
from eqxfuse._formats.csv import table
from eqxfuse._formats.fields import number, refuse, temperature_range

REACTANTS = ("Reactant 1", "Reactant 2", "Reactant 3")
PRODUCTS = ("Product 1", "Product 2", "Product 3", "Product 4")
_NUMBERS = ("Alpha", "Beta", "Gamma", "T_min", "T_max")
_NOTHING = ("", "NAN")

TWO_BODY = "TWOBODY"
GAS = ("CRP", "CRPHOT", "PHOTON", "IONOPOL1", "IONOPOL2", "H2FORM")
"""Types of the gas; the first three are of species in ice, too."""
ICE = ("FREEZE", "THERM", "DESCR", "DEUVCR", "DESOH2", "LH", "LHDES", "ER", "ERDES", "BULKSWAP", "SURFSWAP")
"""Types that only grains and their ice have."""
NO_LAW = ("DESORB", "CRS", "EXSOLID", "EXRELAX", "GAR")
"""Those of them that have no rate law here."""
TYPES = frozenset((*GAS, *ICE, *NO_LAW))


@dataclass(frozen=True)
class Row:
    """One reaction: its type, its species, and its numbers. `reduced_mass` is 0 where it is not given."""

    source: Source
    kind: str
    reactants: tuple[str, ...]
    products: tuple[str, ...]
    alpha: float
    beta: float
    gamma: float
    t_min: float
    t_max: float
    reduced_mass: float
    extrapolates: bool

    @property
    def on_ice(self) -> bool:
        """Whether one of its species is in ice."""
        return any(name[0] in "#@" for name in (*self.reactants, *self.products))

    @property
    def of_ice(self) -> bool:
        """Whether it has to do with grains."""
        return self.on_ice or self.kind in (*ICE, *NO_LAW)


def read_rows(rows: Sequence[Source]) -> Iterator[Row]:
    """All rows under the header. Raises `NetworkFormatError`."""
    for source, fields in table(rows, (*REACTANTS, *PRODUCTS, *_NUMBERS)):
        names = [fields[c] for c in REACTANTS if fields[c] not in _NOTHING]
        products = tuple(fields[c] for c in PRODUCTS if fields[c] not in (*_NOTHING, "PHOTON"))
        types = [name for name in names if name in TYPES]
        if len(types) > 1:
            raise refuse(source, f"a row has one type, got {' and '.join(types)}")
        alpha, beta, gamma, low, high = (number(source, what, fields[what]) for what in _NUMBERS)
        mass = fields.get("reduced_mass", "NAN")
        yield Row(
            source,
            types[0] if types else TWO_BODY,
            tuple(name for name in names if name not in types),
            products,
            alpha,
            beta,
            gamma,
            *temperature_range(source, low, high),
            number(source, "reduced_mass", mass) if mass not in _NOTHING else 0.0,
            _extrapolates(source, fields),
        )


def _extrapolates(source: Source, fields: dict[str, str]) -> bool:
    value = fields.get("extrapolate", "False").lower()
    if value not in ("true", "false"):
        raise refuse(source, f"extrapolate must be True or False, got {fields['extrapolate']!r}")
    return value == "true"
