"""Objects with the attributes of carbox networks, of each generation of its API, for tests without carbox.

The right-hand sides are written reaction by reaction, in NumPy's widest floats.
"""

import dataclasses
from types import SimpleNamespace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np


class KAReactionRateTerm(eqx.Module):
    alpha: jax.Array
    beta: jax.Array
    gamma: jax.Array

    def __call__(self, temperature, cr_rate, uv_field, visual_extinction, abundance_vector):
        return self.alpha * (temperature / 300.0) ** self.beta * jnp.exp(-self.gamma / temperature)


class CRPReactionRateTerm(eqx.Module):
    alpha: jax.Array

    def __call__(self, temperature, cr_rate, uv_field, visual_extinction, abundance_vector):
        return self.alpha * cr_rate


class PHReactionRateTerm(eqx.Module):
    """Has the name and the fields of a law of carbox, but not its values."""

    alpha: jax.Array
    gamma: jax.Array

    def __call__(self, temperature, cr_rate, uv_field, visual_extinction, abundance_vector):
        return self.alpha * uv_field * jnp.exp(-self.gamma * visual_extinction) * (1.0 + 1e-9 * temperature)


class SquareRoot(eqx.Module):
    """A law that nobody knows, of two reactions."""

    alpha: jax.Array

    def __call__(self, temperature, cr_rate, uv_field, visual_extinction, abundance_vector):
        return self.alpha * jnp.sqrt(temperature)


class Shielded(eqx.Module):
    """A photo-rate that one species weakens."""

    index: int

    def __call__(self, temperature, cr_rate, uv_field, visual_extinction, abundance_vector):
        return 1e-10 * uv_field / (1.0 + 1e-3 * abundance_vector[self.index])


class Cooling(eqx.Module):
    """A rate that all species make, of one row."""

    def __call__(self, temperature, cr_rate, uv_field, visual_extinction, abundance_vector):
        return jnp.reshape(-1e-15 * temperature * jnp.sum(abundance_vector), (1,))


SPECIES = ("H", "H2", "C", "CO", "TGAS")
REACTIONS = (
    ("H H", "H2"),
    ("H2 C", "CO H"),
    ("H H2", "H H H"),  # what a dense carbox network makes of it has one factor
    ("CO C", "H2"),
    ("H2", "H H"),
    ("C", "H"),
    ("CO", "C C"),
    ("H C", "CO"),
    ("H2", "H H"),
    ("", "TGAS"),
)
MOLECULARITIES = (2, 2, 2, 2, 1, 1, 1, 2, 1, 1)
TERMS = (
    KAReactionRateTerm(
        jnp.array([3e-11, 2e-9, 4.7e-7, 1e-10]), jnp.array([0.5, 0.0, -1.0, 0.0]), jnp.array([0.0, 130.0, 900.0, 0.0])
    ),
    CRPReactionRateTerm(jnp.array([1.3e-17])),
    PHReactionRateTerm(jnp.array([3e-10]), jnp.array([2.5])),
    SquareRoot(jnp.array([1e-12, 2e-12])),
    Shielded(1),
    Cooling(),
)


@dataclasses.dataclass(eq=False)
class Abundances:
    """Called with the density."""

    incidence: object
    reactions: tuple
    reactant_multipliers: jax.Array
    molecularities: jax.Array
    idx: object = None

    def __call__(self, time, abundances, temperature, density, cr_rate, fuv_rate, visual_extinction):
        here = (temperature, cr_rate, fuv_rate, visual_extinction)
        rates = [*map(np.longdouble, raw_rates(self.reactions, here, abundances * density))]
        return derivative(self, rates, abundances, [density ** (m - 1.0) for m in self.molecularities.tolist()])


class Densities(Abundances):
    """Called without the density."""

    def __call__(self, time, abundances, temperature, cr_rate, fuv_rate, visual_extinction):
        rates = raw_rates(self.reactions, (temperature, cr_rate, fuv_rate, visual_extinction), abundances)
        return derivative(self, rates, abundances, np.ones(len(rates)))


class ModifiedDensities(Abundances):
    """Called without the density, with modifiers of the rates."""

    def __call__(
        self,
        time,
        abundances,
        temperature,
        cr_rate,
        fuv_rate,
        visual_extinction,
        rate_modifier_a,
        rate_modifier_b,
    ):
        rates = raw_rates(self.reactions, (temperature, cr_rate, fuv_rate, visual_extinction), abundances)
        return derivative(self, rates * rate_modifier_a + rate_modifier_b, abundances, np.ones(len(rates)))


def raw_rates(terms, here, densities):
    return np.hstack([np.asarray(term(*here, jnp.asarray(densities))) for term in terms])


def derivative(ode, rates, y, powers):
    """dy/dt and the sum of absolute terms, [2, species]."""
    change = np.asarray(ode.incidence.todense() if hasattr(ode.incidence, "todense") else ode.incidence)
    result = np.zeros((2, len(y)), np.longdouble)
    for j, factors in enumerate(np.asarray(ode.reactant_multipliers).tolist()):
        flow = np.longdouble(rates[j]) * powers[j]
        for i in factors:
            flow *= np.longdouble(y[i]) if i < len(y) else 1
        result += [change[:, j] * flow, np.abs(change[:, j] * flow)]
    return result


def network(
    generation=Abundances,
    species=SPECIES,
    reactions=REACTIONS,
    terms=TERMS,
    molecularities=MOLECULARITIES,
    store=np.array,
):
    """What carbox calls a `Network`; `store` makes the incidence matrix."""
    index = {name: i for i, name in enumerate(species)}
    sides = [tuple(side.split() for side in reaction) for reaction in reactions]
    change = np.zeros((len(species), len(reactions)), np.int16)
    multipliers = np.full((len(reactions), 2), len(species), np.int32)
    for j, (reactants, products) in enumerate(sides):
        for name in reactants:
            change[index[name], j] -= 1
        for name in products:
            change[index[name], j] += 1
        consumed = [i for i in range(len(species)) for _ in range(-change[i, j])]
        multipliers[j, : len(consumed)] = consumed[:2]
    ode = generation(store(change), terms, jnp.array(multipliers), jnp.array(molecularities))
    rows = [SimpleNamespace(reactants=r, products=p, reaction_type="row") for r, p in sides]
    return SimpleNamespace(
        species=[SimpleNamespace(name=name) for name in species], reactions=rows, get_ode=lambda: ode, ode=ode
    )


def stored_sparse(change):
    """What of JAX's sparse arrays the adapter may count on."""
    return SimpleNamespace(todense=lambda: jnp.asarray(change))


def state(seed, species=SPECIES):
    """Abundances over ten orders of magnitude, and conditions: temperature, density, rates, extinction."""
    rng = np.random.default_rng(seed)
    y = 10.0 ** rng.uniform(-11, -1, len(species))
    return y, (float(rng.uniform(8, 2000)), float(10 ** rng.uniform(2, 6)), 1.3, 2.1, 0.8)
