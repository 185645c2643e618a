"""A carbox network -> Network."""

import inspect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import RateLaw
from eqxfuse._chemistry.reaction import Reaction
from eqxfuse._chemistry.species import Species
from eqxfuse.carbox._arguments import conditions, takes_density
from eqxfuse.carbox._dependence import species_of
from eqxfuse.carbox._known_laws import known_laws, with_density
from eqxfuse.carbox._term import CarboxRate, Term

_SAMPLE = (100.0, 1.0, 1.0, 1.0)
"""Temperature, cosmic-ray rate, ultraviolet field and extinction."""


@dataclass(frozen=True)
class CarboxReading:
    """What `read_carbox` found.

    `molecularities` [reactions]: m of the factor n_H^(m-1), which need not be the number of rate factors. `ode` is
    the network's own right-hand side.
    """

    network: Network
    molecularities: np.ndarray
    takes_density: bool
    ode: Any


def read_carbox(network: Any) -> CarboxReading:
    """Read a `carbox.Network`: the arithmetic of its own right-hand side, quirks included.

    Calls `network.get_ode()`, which puts `network.reactions` into the order of the rates, as it does for carbox.
    Raises `TypeError` for what is no such network and `ValueError` for one whose parts do not fit together.
    """
    missing = [name for name in ("get_ode", "species", "reactions") if not hasattr(network, name)]
    if missing:
        raise TypeError(f"expected a carbox.Network, got {type(network).__name__}, which has no {', '.join(missing)}")
    if hasattr(network, "jreactions"):
        network.jreactions = []  # earlier versions of carbox add to what a former call of get_ode left there
    ode = _own_ode(network)
    names = tuple(str(s.name) for s in network.species)
    changes = _dense(ode.incidence)
    rows, columns = changes.shape
    if (rows, columns) != (len(names), len(network.reactions)):
        raise ValueError(
            f"the incidence matrix is {rows} x {columns}, but the network has {len(names)} species and "
            f"{len(network.reactions)} reactions"
        )
    density = takes_density(ode)
    factors = _factors(ode.reactant_multipliers, names)
    orders = np.array([len(own) for own in factors], dtype=np.int32)
    molecularities = np.asarray(ode.molecularities, dtype=np.int32) if density else orders
    laws = _laws(ode.reactions, names, molecularities - orders)
    reactions = []
    for j, (reaction, own, law) in enumerate(zip(network.reactions, factors, laws, strict=True)):
        reactions.append(_reaction(reaction, j, own, law, dict(zip(names, changes[:, j].tolist(), strict=True))))
    upper = all(name == name.upper() for name in names)
    species = tuple(Species.lenient(name, upper_case=upper) for name in names)
    return CarboxReading(Network(species, tuple(reactions), "carbox"), molecularities, density, ode)


def _own_ode(network: Any) -> Any:
    """`network.get_ode()` as carbox has it, also where `enable` has put ours in its place."""
    own = getattr(network.get_ode, "__wrapped__", None)
    return network.get_ode() if own is None else inspect.unwrap(own)(network)


def _dense(incidence: Any) -> np.ndarray:
    """[species, reactions], whether it is stored sparse or dense."""
    return np.asarray(incidence.todense() if hasattr(incidence, "todense") else incidence)


def _factors(multipliers: Any, names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The species that multiply each rate; positions beyond the last species stand for 1."""
    return [tuple(names[i] for i in row if i < len(names)) for row in np.asarray(multipliers).tolist()]


def _laws(terms: Sequence[Any], names: tuple[str, ...], powers: np.ndarray) -> list[RateLaw]:
    """The rate law of every reaction, in the order in which the terms give their rates."""
    laws: list[RateLaw] = []
    for term, known in zip(terms, known_laws(terms, len(names)), strict=True):
        laws += _own_laws(term, names) if known is None else known
    if len(laws) != len(powers):
        raise ValueError(f"the rate terms give {len(laws)} rates for {len(powers)} reactions")
    return [_with_density(law, power) for law, power in zip(laws, powers.tolist(), strict=True)]


def _own_laws(term: Any, names: tuple[str, ...]) -> list[RateLaw]:
    """A law for each rate that a term gives."""
    positions = species_of(term, len(names), _SAMPLE)
    held, species = Term(term), tuple(names[i] for i in positions)
    rates = jax.eval_shape(
        lambda densities: held(conditions(100.0, 1.0, 1.0, 1.0, 1.0), densities), jnp.ones(len(names))
    )
    return [CarboxRate(float(i), held, len(names), species, positions) for i in range(rates.size)]


def _with_density(law: RateLaw, power: int) -> RateLaw:
    return replace(law, power=power) if isinstance(law, CarboxRate) else with_density(law, power)


def _reaction(reaction: Any, j: int, factors: tuple[str, ...], law: RateLaw, change: dict[str, float]) -> Reaction:
    made = Reaction.make(
        map(str, reaction.reactants),
        map(str, reaction.products),
        law,
        factors=factors,
        out_of_range="extrapolate",
        id=j,
        kind=str(reaction.reaction_type),
    )
    expected = {name: number for name, number in change.items() if number}
    if Counter(dict(made.net_change)) != Counter(expected):
        raise ValueError(f"column {j} of the incidence matrix is {expected}, but reaction {j} is {made.equation}")
    return made
