"""A chemical reaction network: ordered, validated, immutable."""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Real
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import FIELDS
from eqxfuse._chemistry.ice import ice_totals
from eqxfuse._chemistry.identity import identity
from eqxfuse._chemistry.lists import counted, listed
from eqxfuse._chemistry.notebook import network_html
from eqxfuse._chemistry.rate_laws import Constant, OutOfRange, RateLaw, RateTable
from eqxfuse._chemistry.rate_laws.uncertainty import Uncertainty
from eqxfuse._chemistry.reaction import Reaction
from eqxfuse._chemistry.species import PHASES, Phase, Species
from eqxfuse._chemistry.total import Total, check_totals, levels, needed_totals, within
from eqxfuse._program.one_line import OneLine
from eqxfuse.errors import UnknownSpecies

_SHOWN = 20
"""Names of opaque species in a summary."""


@dataclass(frozen=True, eq=False, repr=False)
class Network(OneLine):
    """Species and reactions in a fixed order; equal and hashed by `digest`.

    Raises `ValueError` when a species or a total stands twice, when a reaction (or its rate law) names one that is not
    listed, and when a total sums over what is not there or depends on itself.
    """

    species: tuple[Species, ...]
    reactions: tuple[Reaction, ...]
    name: str = ""
    notes: tuple[str, ...] = ()
    """What a reader left out or had to assume, one sentence each; shown by `summary`."""
    totals: tuple[Total, ...] = ()
    """Sums that rate laws may depend on."""
    processes: tuple[Any, ...] = ()
    """Heating and cooling that the file gives, which `FusedRHS` takes as `thermal`, alone or with others."""
    quantities: tuple[str, ...] = ()
    """Names of `Conditions.parameters` that something beside the rate laws needs."""

    def __post_init__(self):
        object.__setattr__(self, "species", tuple(self.species))
        object.__setattr__(self, "reactions", tuple(self.reactions))
        object.__setattr__(self, "notes", tuple(self.notes))
        object.__setattr__(self, "totals", tuple(self.totals))
        object.__setattr__(self, "processes", tuple(self.processes))
        object.__setattr__(self, "quantities", tuple(sorted(set(self.quantities))))
        twice = [name for name, n in Counter(self.species_names).items() if n > 1]
        if twice:
            raise ValueError(f"species stand twice in the network: {', '.join(twice)}")
        known = self._index
        for reaction in self.reactions:
            for name in _names(reaction):
                if name not in known:
                    raise ValueError(f"reaction {reaction.equation!r}: {UnknownSpecies(name, known)}")
        check_totals(self.totals, known, self.reactions)
        self.total_levels  # noqa: B018 -- where totals depend on themselves, now is the time to say so

    @classmethod
    def from_reactions(
        cls,
        equations: str | Reaction | Iterable[str | Reaction],
        rates: RateLaw | float | Iterable[RateLaw | float] = (),
        *,
        species: Species | str | Iterable[Species | str] = (),
        name: str = "",
        totals: Total | Iterable[Total] = (),
    ) -> "Network":
        """Build a network in Python.

        `equations` are texts such as `"H2+ + H2 -> H3+ + H"` or `"2 H -> H2"`, each with an entry of `rates`:
        a rate law, or a number (a constant coefficient in cm^3(m-1) s^-1); or they are `Reaction`s, without
        `rates`. One equation with its rate needs no list. `species` fixes an order and compositions; the others
        follow as they appear. A name that is not a formula becomes an opaque species; one that begins with `#` or `@`
        is on the surface or in the bulk of the ice on grains. `totals` are sums that rate laws depend on; those over
        ice that the laws of the ice need are there without. Raises `ValueError`.
        """
        reactions = _reactions(listed(equations, (str, Reaction)), listed(rates, (RateLaw, Real)))
        given = [_species(s) for s in listed(species, (str, Species))]
        known = {s.name for s in given}
        others = dict.fromkeys(n for r in reactions for n in _names(r) if n not in known)
        known_species = (*given, *map(Species.lenient, others))
        own = listed(totals, Total)
        return cls(known_species, tuple(reactions), name, totals=(*own, *ice_totals(known_species, reactions, own)))

    @cached_property
    def species_names(self) -> tuple[str, ...]:
        return tuple(s.name for s in self.species)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.species_names)}

    def index(self, name: str) -> int:
        """Position of a species in every abundance vector. Raises `UnknownSpecies`, and `TypeError` for no name."""
        if not isinstance(name, str):
            raise TypeError(f"one species is named by one text, such as 'CO', got {name!r}")
        try:
            return self._index[name]
        except KeyError:
            raise UnknownSpecies(name, self.species_names) from None

    def abundances(self, values: Mapping[str, float | Float[Array, ""]], floor: float = 0.0) -> Float[Array, "species"]:
        """Initial abundances x = n/n_H: `values` where given, else `floor`.

        Values may be traced. Raises `UnknownSpecies`, and `TypeError` for a value that is not one number.
        """
        if not isinstance(values, Mapping):
            raise TypeError(
                f"abundances stand in a dict by species, such as {{'H2': 0.5, 'CO': 1e-4}}, got {values!r:.100}"
            )
        x, arrays = np.full(len(self.species), float(floor)), {}
        for name, value in values.items():
            if not isinstance(value, Real | np.ndarray | jax.Array) or np.shape(value):
                raise TypeError(f"the abundance of {name} must be one number, got {value!r}")
            (arrays if isinstance(value, jax.Array) else x)[self.index(name)] = value
        start = jnp.asarray(x)
        for i, value in arrays.items():
            start = start.at[i].set(value.astype(start.dtype))
        return start

    @cached_property
    def elements(self) -> tuple[str, ...]:
        """Every element of the species, in order of first appearance."""
        return tuple(dict.fromkeys(e for s in self.species for e, _ in s.composition or ()))

    @cached_property
    def composition(self) -> np.ndarray:
        """[elements + 1, species] atoms of each element in a species; the last row is the charge."""
        rows = {element: i for i, element in enumerate(self.elements)}
        matrix = np.zeros((len(rows) + 1, len(self.species)))
        for j, s in enumerate(self.species):
            for element, count in s.composition or ():
                matrix[rows[element], j] = count
            matrix[-1, j] = s.charge
        matrix.flags.writeable = False
        return matrix

    @cached_property
    def phases(self) -> dict[Phase, tuple[str, ...]]:
        """Names of the species in the gas, on the surface and in the bulk of the ice; phases without any are not there.

        `elements`, `composition` and `conservation_errors` are over all of them.
        """
        names: dict[Phase, tuple[str, ...]] = {
            phase: tuple(s.name for s in self.species if s.phase == phase) for phase in PHASES
        }
        return {phase: own for phase, own in names.items() if own}

    @property
    def pairs(self) -> dict[str, dict[Phase, str]]:
        """What each species that is found in ice is called in the phases that it has, by its name in the gas."""
        names: dict[str, dict[Phase, str]] = {s.gas_name: {} for s in self.species if s.phase != "gas"}
        for s in sorted(self.species, key=lambda s: PHASES.index(s.phase)):
            if s.gas_name in names:
                names[s.gas_name][s.phase] = s.name
        return names

    def in_phase(self, phase: Phase) -> tuple[str, ...]:
        """Names of the species of one phase. Raises `ValueError` for one that is no phase, or has no species."""
        if phase not in PHASES:
            raise ValueError(f"a phase is one of {', '.join(map(repr, PHASES))}, got {phase!r}")
        if phase not in self.phases:
            raise ValueError(
                f"no species of this network is in the phase {phase!r}; there are {', '.join(self.phases)}"
            )
        return self.phases[phase]

    def subnetwork(self, species: str | Iterable[str]) -> "Network":
        """The reactions among `species` alone, in this network's order. Raises `UnknownSpecies`.

        A reaction whose rate law needs the density of another species (self-shielding) is left out with it. Totals sum
        over what is left; where nothing is, they are left out, and so are the reactions whose laws need them.
        """
        keep = {self.species_names[self.index(name)] for name in listed(species)}
        return self._part(keep, [j for j, r in enumerate(self.reactions) if keep.issuperset(_names(r))])

    def with_reactions(self, positions: Iterable[int], species: str | Iterable[str] = ()) -> "Network":
        """The reactions at some `positions` alone, in this network's order, with the species that they need and those
        named in `species`. Totals as in `subnetwork`. Raises `UnknownSpecies`, and `IndexError`.
        """
        kept = sorted({range(len(self.reactions))[j] for j in positions})
        named = {self.species_names[self.index(name)] for name in listed(species)}
        return self._part(named.union(*(_names(self.reactions[j]) for j in kept)), kept)

    def _part(self, keep: set[str], kept: list[int]) -> "Network":
        """Species by name and reactions by position, and the totals over them."""
        while True:
            totals = within(zip(self.totals, self.total_terms, strict=True), keep, kept)
            known = {total.name for total in totals}
            left = [j for j in kept if known.issuperset(needed_totals(self.reactions[j]))]
            if left == kept:
                break
            kept = left
        chosen = tuple(s for s in self.species if s.name in keep), tuple(self.reactions[j] for j in kept)
        return Network(*chosen, self.name, self.notes, totals, self.processes, self.quantities)

    def with_quantities(self, names: Iterable[str]) -> "Network":
        """This network, whose conditions have the parameters `names`, too."""
        more = {*names} - {*self.parameters}
        return replace(self, quantities=(*self.quantities, *more)) if more else self

    def with_out_of_range(self, policy: OutOfRange) -> "Network":
        """This network with one policy for the coefficients of all its reactions outside their ranges of temperature.

        `policy` is `"extrapolate"`, `"bounded"`, `"clamp"` or `"zero"`, see `read_network`. Raises `ValueError`.
        """
        return replace(self, reactions=tuple(replace(r, out_of_range=policy) for r in self.reactions))

    def conservation_errors(self) -> dict[int, dict[str, float]]:
        """Reactions (by position) that do not conserve an element or charge, with what they make of it.

        Those of `unjudged` are left out.
        """
        labels = (*self.elements, "charge")
        unjudged = set(self.unjudged())
        errors = {}
        for j, reaction in enumerate(self.reactions):
            if j in unjudged:
                continue
            total = np.zeros(len(labels))
            for name, number in reaction.net_change:
                total += number * self.composition[:, self._index[name]]
            wrong = {label: float(v) for label, v in zip(labels, total, strict=True) if abs(v) > 1e-12}
            if wrong:
                errors[j] = wrong
        return errors

    def unjudged(self) -> tuple[int, ...]:
        """Reactions (by position) that make or destroy an opaque species: whether they conserve is not known."""
        opaque = set(self._opaque)
        return tuple(j for j, r in enumerate(self.reactions) if not opaque.isdisjoint(n for n, _ in r.net_change))

    @property
    def _opaque(self) -> list[str]:
        return [s.name for s in self.species if s.composition is None]

    def duplicates(self) -> tuple[tuple[int, ...], ...]:
        """Groups of reactions (by position) of one kind with the same reactants and products; all of them count."""
        groups: dict = {}
        for j, r in enumerate(self.reactions):
            groups.setdefault((r.kind, frozenset(r.reactants), frozenset(r.products)), []).append(j)
        return tuple(tuple(group) for group in groups.values() if len(group) > 1)

    def out_of_range(self, temperature: float) -> tuple[int, ...]:
        """Reactions (by position) of which no fit holds `temperature` [K]."""
        return tuple(
            j for j, r in enumerate(self.reactions) if not any(f.t_min <= temperature <= f.t_max for f in r.fits)
        )

    def uncertainty_factors(self, temperature: float) -> np.ndarray:
        """[reactions] the factors F of 1 or more by which coefficients are uncertain at `temperature` [K], one standard
        deviation (see `Uncertainty`); nan where none is stated.
        """
        stated = (reaction.fit_at(temperature).uncertainty for reaction in self.reactions)
        return np.array([math.nan if own is None else own.at(temperature) for own in stated])

    def with_uncertainties(self, uncertainties: Mapping[str | int, Uncertainty | float | None]) -> "Network":
        """This network with other uncertainties of some coefficients: of the reaction at a position, or of all those
        with an equation. What is not named keeps what it has. Networks that differ in nothing else are equal.

        Raises `ValueError` for an equation or a position that the network does not have, and for factors below 1.
        """
        changed = list(self.reactions)
        for key, uncertainty in uncertainties.items():
            positions = [j for j, r in enumerate(self.reactions) if key in (j, r.equation)]
            if not positions:
                raise ValueError(f"the network has no reaction {key!r}")
            for j in positions:
                changed[j] = changed[j].with_uncertainty(uncertainty)
        return replace(self, reactions=tuple(changed))

    @cached_property
    def orders(self) -> np.ndarray:
        """[reactions] number of rate factors m of each reaction: its coefficient is in cm^3(m-1) s^-1."""
        return np.array([len(r.factors) for r in self.reactions], dtype=np.int32)

    @cached_property
    def net_changes(self) -> tuple[dict[int, float], ...]:
        """[reactions] the species (by position) that each reaction changes, and by how many."""
        return tuple({self.index(name): float(n) for name, n in r.net_change} for r in self.reactions)

    @cached_property
    def total_terms(self) -> tuple[dict[int, float], ...]:
        """[totals] the species, or the reactions, (by position) that each total sums over, with their weights."""
        return tuple(total.terms(self._index, self.reactions) for total in self.totals)

    @cached_property
    def total_levels(self) -> dict[str, int]:
        """How many rounds of modified rates each total waits for, by name; see `levels`."""
        return levels(self.totals, self.total_terms, self.reactions)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the `Conditions.parameters` that the rate laws need, and of `quantities`, in alphabetical order."""
        of_laws = {name for r in self.reactions for fit in r.fits for name in fit.law.needed_parameters}
        return tuple(sorted(of_laws | {*self.quantities}))

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of all that rates may depend on beside abundances: what `Conditions` have, then the `parameters`."""
        return *FIELDS, *self.parameters

    @cached_property
    def rate_table(self) -> RateTable:
        """The rate laws of all reactions, stacked. Raises `UnsupportedRateLaw`, see `RateTable.build`."""
        with jax.ensure_compile_time_eval():  # the table is kept, so a trace in progress must not own its arrays
            return RateTable.build([r.fits for r in self.reactions], [r.out_of_range for r in self.reactions])

    @cached_property
    def digest(self) -> str:
        """SHA-256 over species, reactions, totals and quantities; kinds, sources, processes, notes and the network's
        name do not count.

        It is the same in every process, unless a rate law holds a Python function.
        """
        totals = [
            (total.name, total.of_rates, sorted(terms.items()))
            for total, terms in zip(self.totals, self.total_terms, strict=True)
        ]
        content = (self.species, [identity(r) for r in self.reactions], *totals, *self.quantities)
        return hashlib.sha256(repr(content).encode()).hexdigest()

    def __eq__(self, other):
        return isinstance(other, Network) and self.digest == other.digest

    def __hash__(self):
        return hash(self.digest)

    def __repr__(self):
        label = f"{self.name!r}, " if self.name else ""
        totals = f", {counted(len(self.totals), 'total')}" if self.totals else ""
        reactions = counted(len(self.reactions), "reaction")
        return f"Network({label}{len(self.species)} species, {reactions}{totals})"

    def _repr_html_(self) -> str:
        return network_html(self)

    @property
    def policies(self) -> str:
        """What the coefficients are outside their ranges, in words: `clamp`, or `extrapolate (227), zero (2000)`."""
        counts = Counter(r.out_of_range for r in self.reactions)
        return (
            ", ".join(f"{policy} ({n})" for policy, n in sorted(counts.items())) if len(counts) > 1 else "".join(counts)
        )

    def _users(self, total: Total) -> int:
        return sum(total.name in needed_totals(r) for r in self.reactions)

    def _heating(self) -> list[str]:
        """The processes of the file, where it gives any."""
        names = ", ".join(process.name for process in self.processes)
        return [f"heating and cooling of the file: {names}"] if names else []

    def _phases(self) -> list[str]:
        """The sizes of the phases, where there is ice."""
        sizes = ", ".join(f"{phase} {len(names)}" for phase, names in self.phases.items())
        return [f"species by phase: {sizes}"] if set(self.phases) - {"gas"} else []

    def summary(self) -> str:
        """A few lines: sizes, elements, kinds of reactions, duplicates, conservation errors, notes."""
        opaque = self._opaque
        names = f" ({', '.join(opaque[:_SHOWN])}{', ...' if len(opaque) > _SHOWN else ''})" if opaque else ""
        kinds = Counter(r.kind or "unnamed" for r in self.reactions).most_common()
        piecewise = sum(len(r.fits) > 1 for r in self.reactions)
        return "\n".join(
            [
                repr(self),
                f"elements: {' '.join(self.elements)}",
                *self._phases(),
                f"species that are not a formula: {len(opaque)}{names}",
                f"reactions by kind: {', '.join(f'{kind} {n}' for kind, n in kinds)}",
                f"reactions with several fits: {piecewise}",
                f"equations that stand more than once: {len(self.duplicates())}",
                f"reactions that do not conserve charge or an element: {len(self.conservation_errors())}"
                f" (not judged, for species that are not a formula: {len(self.unjudged())})",
                f"outside their ranges of temperature: {self.policies}",
                *(
                    [f"parameters that conditions have to give: {', '.join(self.parameters)}"]
                    if self.parameters
                    else []
                ),
                *(f"{total!r} in the rates of {self._users(total)} reactions" for total in self.totals),
                *self._heating(),
                *self.notes,
            ]
        )


def _names(reaction: Reaction) -> tuple[str, ...]:
    """Every species the reaction needs, its rate law included; names may repeat."""
    modifying = (name for fit in reaction.fits for name in fit.law.modifying_species)
    return (*(n for n, _ in reaction.reactants), *(n for n, _ in reaction.products), *reaction.factors, *modifying)


def _species(value: Species | str) -> Species:
    return value if isinstance(value, Species) else Species.lenient(value)


def _reactions(equations: Sequence, rates: Sequence) -> list[Reaction]:
    if len(rates) and len(rates) != len(equations):
        raise ValueError(f"{len(equations)} equations but {len(rates)} rates")
    reactions = []
    for i, equation in enumerate(equations):
        if isinstance(equation, Reaction) == bool(len(rates)):
            raise ValueError(f"{equation!r}: pass texts with one rate each, or `Reaction`s without rates")
        reactions.append(equation if isinstance(equation, Reaction) else _reaction(equation, rates[i], i + 1))
    return reactions


def _reaction(equation: str, rate: RateLaw | float, id: int) -> Reaction:
    if not isinstance(rate, RateLaw):
        if not math.isfinite(rate):
            raise ValueError(f"equation {equation!r}: the rate must be finite, got {rate!r}")
        rate = Constant(float(rate))
    return Reaction.from_equation(equation, rate, id=id)
