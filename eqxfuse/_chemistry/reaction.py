"""One reaction of a network."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import get_args

from eqxfuse._chemistry.equation import parse_equation
from eqxfuse._chemistry.lists import listed
from eqxfuse._chemistry.rate_laws import Fit, OutOfRange, RateLaw
from eqxfuse._chemistry.rate_laws.uncertainty import Uncertainty

_POLICIES = get_args(OutOfRange)

Stoichiometry = tuple[tuple[str, float], ...]
"""(species, number) pairs, each species once, in the order of the source."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a reaction was read."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Reaction:
    """Reactants, products and the fits of the rate coefficient.

    The rate [cm^-3 s^-1] is the coefficient times the densities of `factors`. These are the reactants, with
    their multiplicity, unless a law says otherwise (formation of H2 on grains takes two H but goes with one
    factor of n(H)).
    """

    reactants: Stoichiometry
    products: Stoichiometry
    fits: tuple[Fit, ...]
    out_of_range: OutOfRange = "clamp"
    factors: tuple[str, ...] = ()
    id: int = 0
    kind: str = ""
    source: Source | None = field(default=None, compare=False)

    def __post_init__(self):
        if not self.fits:
            raise ValueError("a reaction needs at least one fit")
        if self.out_of_range not in _POLICIES:
            raise ValueError(f"out_of_range must be one of {', '.join(_POLICIES)}, got {self.out_of_range!r}")

    @classmethod
    def make(
        cls,
        reactants: str | Iterable[str],
        products: str | Iterable[str],
        rate: RateLaw | Iterable[Fit],
        *,
        factors: str | Iterable[str] | None = None,
        out_of_range: OutOfRange = "clamp",
        id: int = 0,
        kind: str = "",
        source: Source | None = None,
    ) -> "Reaction":
        """From names, of which one that stands twice counts twice. Raises `ValueError`."""
        reactants = listed(reactants)
        fits = (Fit(rate),) if isinstance(rate, RateLaw) else tuple(rate)
        return cls(
            reactants=stoichiometry(reactants),
            products=stoichiometry(listed(products)),
            fits=fits,
            out_of_range=out_of_range,
            factors=reactants if factors is None else listed(factors),
            id=id,
            kind=kind,
            source=source,
        )

    @classmethod
    def from_equation(
        cls,
        equation: str,
        rate: RateLaw | Iterable[Fit],
        *,
        factors: str | Iterable[str] | None = None,
        out_of_range: OutOfRange = "clamp",
        id: int = 0,
        kind: str = "",
    ) -> "Reaction":
        """From a text such as `"H2+ + H2 -> H3+ + H"` or `"2 H -> H2"`. Raises `ValueError`."""
        sides = parse_equation(equation)
        return cls.make(*sides, rate, factors=factors, out_of_range=out_of_range, id=id, kind=kind)

    def with_uncertainty(self, uncertainty: Uncertainty | float | None) -> "Reaction":
        """With the uncertainty of its coefficient, a factor of 1 or more, in all its fits; None takes it away.

        Raises `ValueError`.
        """
        given = Uncertainty(float(uncertainty)) if isinstance(uncertainty, int | float) else uncertainty
        return replace(self, fits=tuple(replace(fit, uncertainty=given) for fit in self.fits))

    def fit_at(self, temperature: float) -> Fit:
        """The fit that holds a temperature [K], else the nearest; the first of equals."""
        return min(self.fits, key=lambda fit: max(fit.t_min - temperature, temperature - fit.t_max, 0.0))

    @property
    def net_change(self) -> Stoichiometry:
        """Products minus reactants, without the species that come out as they went in."""
        change: dict[str, float] = {}
        for name, number in self.reactants:
            change[name] = change.get(name, 0) - number
        for name, number in self.products:
            change[name] = change.get(name, 0) + number
        return tuple((name, number) for name, number in change.items() if number)

    @property
    def equation(self) -> str:
        """Such as `H2+ + H2 -> H3+ + H`; a repeated species is written as often as it stands."""
        return f"{_side(self.reactants)} -> {_side(self.products)}"


def stoichiometry(names: Iterable[str]) -> Stoichiometry:
    """Names, each as often as it counts, as pairs."""
    return tuple(Counter(names).items())


def _side(side: Stoichiometry) -> str:
    terms = []
    for name, number in side:
        whole = number == int(number) and number <= 3
        terms += [name] * int(number) if whole else [f"{number:g} {name}"]
    return " + ".join(terms)
