"""Networks whose rates depend on totals, and the same ones with the sums written out over plain modifying species."""

import random
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

import eqxfuse as ef
from eqxfuse.rate_laws import RateLaw, option, rate_law


@rate_law
class Crowded(RateLaw):
    """k = alpha, divided by 1 + the sum of what it depends on over `half` [cm^-3, or cm^-3 s^-1 for sums of rates]."""

    units = "alpha [cm^3(m-1) s^-1]"
    citation = "made up"

    alpha: Any
    half: Any
    totals: tuple[str, ...] = option(default=())
    species: tuple[str, ...] = option(default=())
    weights: tuple[float, ...] = option(default=())
    """Of species and totals, in this order."""

    @property
    def modifying_species(self):
        return self.species

    @property
    def modifying_totals(self):
        return self.totals

    def coefficient(self, conditions):
        return self.alpha * conditions.g0

    def modifier(self, conditions, densities):
        total = sum((w * d for w, d in zip(self.weights, densities, strict=True)), start=jnp.zeros(()))
        return 1.0 / (1.0 + jnp.maximum(total, 0.0) / self.half)


def crowded(alpha: float, half: float, totals: Sequence[str] = (), species: Sequence[str] = ()) -> Crowded:
    """Every species and every total counts once."""
    return Crowded(alpha, half, tuple(totals), tuple(species), (1.0,) * (len(totals) + len(species)))


def large(n_species: int, n_reactions: int, modified: int, totals: int, dependent: bool = True) -> ef.Network:
    """A synthetic network of which `modified` rates depend on each of `totals` sums over species, the last of which is
    one over rates; without the dependence the same rates are constant.
    """
    base, choose = ef.networks.synthetic(n_species, n_reactions), random.Random(0)
    chosen = set(choose.sample(range(n_reactions), modified))
    names = [f"total {i}" for i in range(totals)]
    reactions = []
    for j, r in enumerate(base.reactions):
        alpha, half = 10.0 ** choose.uniform(-13, -9), 10.0 ** choose.uniform(1, 4)
        law = crowded(alpha, half, names) if dependent else ef.rate_laws.Constant(alpha)
        reactants, products = ([name for name, n in side for _ in range(int(n))] for side in (r.reactants, r.products))
        fits = [ef.rate_laws.Fit(law)] if j in chosen else r.fits
        reactions.append(ef.Reaction.make(reactants, products, fits, factors=r.factors, out_of_range="extrapolate"))
    sums = [ef.Total(name, {s: choose.uniform(0.5, 2.0) for s in base.species_names}) for name in names[1:]]
    rated = {j: choose.choice((-1.0, 1.0)) for j in range(n_reactions) if j not in chosen and choose.random() < 0.2}
    sums.append(ef.Total(names[0], rated if totals > 1 else dict.fromkeys(base.species_names, 1.0)))
    return ef.Network.from_reactions(reactions, species=base.species, totals=sums if dependent else ())


def small(seed: int, rates: bool = True) -> ef.Network:
    """9 species and 24 reactions of one or two reactants, of which nothing is lost. Some depend on sums over species,
    on a species and a sum, and, with `rates`, on a sum of rates and on one of rates that depend on this.
    """
    choose = random.Random(seed)
    names = [f"X{i}" for i in range(9)]
    sizes = [1 + j % 2 for j in range(24)]
    equations = [(choose.sample(names, n), choose.sample(names, n)) for n in sizes]
    weights = [{n: choose.uniform(-0.5, 2.0) for n in choose.sample(names, k)} for k in (9, 4)]
    laws: list[RateLaw] = [crowded(choose.uniform(0.1, 1.0), choose.uniform(0.5, 2.0), ["all"]) for _ in range(6)]
    laws += [crowded(choose.uniform(0.1, 1.0), 1.0, ["all", "some"]) for _ in range(3)]
    laws += [crowded(choose.uniform(0.1, 1.0), 1.0, ["some"], ["X3"]) for _ in range(3)]
    totals = [ef.Total("all", weights[0]), ef.Total("some", weights[1]), ef.Total("idle", {"X0": 1.0})]
    if rates:
        laws += [crowded(choose.uniform(0.1, 1.0), 0.1, ["net"]) for _ in range(3)]
        laws += [crowded(choose.uniform(0.1, 1.0), 0.1, ["late", "some"], ["X1", "X2"]) for _ in range(3)]
        totals.append(ef.Total("late", {13: 2.0, 1: -1.0, 20: 1.0}))
        totals.append(ef.Total("net", {j: choose.uniform(-0.5, 2.0) for j in (0, 4, 7, 10, 18, 19, 21)}))
    laws += [ef.rate_laws.Constant(choose.uniform(0.1, 1.0)) for _ in range(24 - len(laws))]
    reactions = [ef.Reaction.make(*sides, law) for sides, law in zip(equations, laws, strict=True)]
    return ef.Network.from_reactions(reactions, species=names, totals=totals)


def written_out(network: ef.Network) -> ef.Network:
    """The same rates, with sums over species as plain modifying species."""
    weights = {total.name: total.weights for total in network.totals}

    def law(given: RateLaw) -> RateLaw:
        if not isinstance(given, Crowded):
            return given
        terms = [(name, 1.0) for name in given.species] + [t for name in given.totals for t in weights[name]]
        return Crowded(given.alpha, given.half, (), tuple(n for n, _ in terms), tuple(w for _, w in terms))

    reactions = [
        ef.Reaction.make([n for n, _ in r.reactants], [n for n, _ in r.products], law(r.fits[0].law))
        for r in network.reactions
    ]
    return ef.Network.from_reactions(reactions, species=network.species)
