"""Rates in gas whose density follows from its temperature and composition."""

import dataclasses
from functools import lru_cache
from typing import ClassVar

import jax
import jax.numpy as jnp

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.rate_laws import RateLaw
from eqxfuse._chemistry.rate_laws.law import option, rate_law
from eqxfuse._chemistry.rate_laws.layout import held_range
from eqxfuse._chemistry.reaction import Reaction
from eqxfuse._program.expressions import Expressions
from eqxfuse._program.trace import read, traced

PARTICLES = "particles of the gas"
"""The total that such laws depend on."""


@rate_law
class Isobaric(RateLaw):
    """Another law, at the density that gives the pressure.

    The density of the conditions, and of what is counted with it, is P/k [K cm^-3]: the gas, if it had 1 K and one
    particle for each hydrogen nucleus. With T and sum(x) instead, it is thinner by 1/(T sum(x)), and so are all
    densities; so a reaction of m factors is slower by the power m - 1 of it.
    """

    units: ClassVar[str] = "those of the law"
    citation: ClassVar[str] = "that of the law; p = n k T"

    laws: tuple[RateLaw, ...]
    held: tuple[tuple[float, float], ...]
    """The temperatures [K] that the law of each fit is held in,"""
    limits: tuple[tuple[float, float], ...]
    """the range of the fit,"""
    bounds: tuple[tuple[float, float], ...]
    """and those in which it is not exceeded."""
    policy: str = option()
    species: tuple[str, ...] = option()
    totals: tuple[str, ...] = option()
    power: int = option()
    """m - 1."""
    within: bool = option()
    """Whether the coefficient itself depends on the density."""

    @classmethod
    def of(cls, reaction: Reaction) -> "Isobaric":
        fits, policy = reaction.fits, reaction.out_of_range
        bounding = "clamp" if policy == "bounded" else policy
        first = fits[0].law
        return cls(
            laws=tuple(fit.law for fit in fits),
            held=tuple(held_range(fits, policy, i) for i in range(len(fits))),
            limits=tuple((fit.t_min, fit.t_max) for fit in fits),
            bounds=tuple(held_range(fits, bounding, i) for i in range(len(fits))),
            policy=policy,
            species=first.modifying_species,
            totals=first.modifying_totals,
            power=len(reaction.factors) - 1,
            within=any(_sees_density(jax.tree.structure(fit.law)) for fit in fits),
        )

    @property
    def modifying_species(self):
        return self.species

    @property
    def modifying_totals(self):
        return (*self.totals, PARTICLES)

    @property
    def needed_parameters(self):
        return tuple(name for law in self.laws for name in law.needed_parameters)

    def coefficient(self, conditions):
        return jnp.asarray(1.0) if self.within else self._coefficient(conditions)

    def modifier(self, conditions, densities):
        *own, particles = densities
        thinner = conditions.density / (conditions.temperature * particles)
        here = dataclasses.replace(conditions, density=conditions.density * thinner)
        value = thinner ** float(self.power) if self.power else jnp.asarray(1.0)
        if own:
            value = value * self.laws[0].modifier(here, tuple(n * thinner for n in own))
        return value * self._coefficient(here) if self.within else value

    def _coefficient(self, conditions: Conditions):
        """Of the fit that holds the temperature, or is nearest; the first of equals."""
        t = conditions.temperature
        values = [self._of_fit(i, conditions) for i in range(len(self.laws))]
        away = [jnp.maximum(jnp.maximum(low - t, t - high), 0.0) for low, high in self.limits]
        value, least = values[0], away[0]
        for other, distance in zip(values[1:], away[1:], strict=True):
            value, least = jnp.where(distance < least, other, value), jnp.minimum(distance, least)
        if self.policy != "zero":
            return value
        low, high = self._outermost()
        return jnp.where((low <= t) & (t <= high), value, 0.0)

    def _of_fit(self, i: int, conditions: Conditions):
        value = self.laws[i].coefficient_within(conditions, *self.held[i])
        if self.policy != "bounded":
            return value
        return jnp.minimum(value, self.laws[i].coefficient_within(conditions, *self.bounds[i]))

    def _outermost(self):
        low, high = self.limits[0]
        for least, most in self.limits[1:]:
            low, high = jnp.minimum(low, least), jnp.maximum(high, most)
        return low, high


@lru_cache(maxsize=256)
def _sees_density(kind) -> bool:
    """Whether the coefficient of laws of this structure changes with the density of the conditions."""
    law = kind.unflatten([1.0] * kind.num_leaves)
    parameters = dict.fromkeys(law.needed_parameters, 1.0)

    def coefficient(density):
        here = Conditions(temperature=100.0, density=density, parameters=parameters)
        return jnp.asarray(law.coefficient(here), density.dtype)

    expressions = Expressions()
    try:
        (result,) = read(expressions, traced(coefficient, ()), [expressions.load("density", 0)])
    except NotImplementedError:
        return True  # perhaps: then it is computed at the density that the gas has
    return 0 in expressions.reached([int(result)])
