"""A rate term of a carbox network that eqxfuse calls as it stands."""

import hashlib
from collections.abc import Callable
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from eqxfuse._chemistry.rate_laws import Parameter, RateLaw, option, rate_law


class Term:
    """The user's object, equal and hashed by the class and the numbers it holds."""

    def __init__(self, term: Callable[..., Any]):
        self.term = term
        leaves, structure = jax.tree.flatten(term)
        numbers = [leaf if callable(leaf) else np.asarray(leaf) for leaf in leaves]
        content = [n if callable(n) else (n.dtype.str, n.shape, n.tobytes()) for n in numbers]
        self.digest = hashlib.sha256(f"{structure} {content}".encode()).hexdigest()

    def __call__(self, conditions, densities):
        """Rates [rows] of all the term's reactions, from the densities [species] of the whole network."""
        c = conditions
        with jax.numpy_dtype_promotion("standard"):
            return jnp.ravel(jnp.asarray(self.term(c.temperature, c.zeta, c.g0, c.av, densities)))

    def __eq__(self, other):
        return isinstance(other, Term) and self.digest == other.digest

    def __hash__(self):
        return hash(self.digest)

    def __repr__(self):
        return f"Term({type(self.term).__module__}.{type(self.term).__qualname__}, {self.digest[:16]})"


@rate_law
class CarboxRate(RateLaw):
    """Row `row` of what a term of a carbox network gives, times n_H^`power`.

    A term that depends on abundances is all in the modifier: its coefficient is n_H^`power` alone.
    """

    units: ClassVar[str] = "as the carbox network has them"
    citation: ClassVar[str] = "the user's carbox network"

    row: Parameter
    term: Term = option()
    size: int = option()
    """Species of the network."""
    species: tuple[str, ...] = option(default=())
    positions: tuple[int, ...] = option(default=())
    """Where `species` stand in the network."""
    power: int = option(default=0)

    @property
    def modifying_species(self):
        return self.species

    def coefficient(self, conditions):
        factor = jnp.asarray(conditions.density) ** self.power
        if self.species:
            return jnp.ones_like(self.row) * factor
        return self._rows(self.term(conditions, jnp.zeros(self.size))) * factor

    def modifier(self, conditions, densities):
        own = jnp.stack(densities)
        vector = jnp.zeros(self.size, own.dtype).at[np.array(self.positions)].set(own)
        return self._rows(self.term(conditions, vector))

    def _rows(self, rates):
        return rates[jnp.asarray(self.row).astype(int)]
