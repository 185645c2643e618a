"""A made-up network of a given size."""

from random import Random

from eqxfuse import Network, Reaction, Species
from eqxfuse.networks._synthetic._backbone import Draft, backbone
from eqxfuse.networks._synthetic._molecules import BASE, molecules
from eqxfuse.networks._synthetic._rates import random_rate
from eqxfuse.networks._synthetic._sampler import Sampler

PATIENCE = 2_000
"""Failed attempts in a row after which there are taken to be no further reactions."""


def synthetic(n_species: int, n_reactions: int, seed: int = 0) -> Network:
    """A network for scaling studies, the same for the same arguments.

    Molecules of H, He, C, N and O with their cations, smaller ones first. Every reaction conserves elements and
    charge and stands once, every species is formed and destroyed, and no part is cut off. The number of reactions a
    species takes part in is distributed as in RATE22 (Millar et al. 2024): H is in about a third of them, then H2,
    e-, CO, He, He+, C+, O and C; half of the species are in less than a third of the mean. Coefficients are random,
    within what is usual for the kind of reaction.

    Raises `ValueError` when `n_species` is below 8, when `n_reactions` are too few to form and destroy each species,
    or more than there are.
    """
    if n_species < len(BASE):
        raise ValueError(f"synthetic: n_species must be {len(BASE)} or more, got {n_species}")
    chosen = molecules(n_species)
    drafts = backbone(chosen)
    if n_reactions < len(drafts):
        raise ValueError(
            f"synthetic: {n_species} species need n_reactions of {len(drafts)} or more to form and destroy each of "
            f"them, got {n_reactions}"
        )
    random = Random(seed)
    drafts += _fill(drafts, Sampler(chosen, random), n_reactions, n_species)
    reactions = [_reaction(draft, i, random) for i, draft in enumerate(drafts, start=1)]
    species = [Species.from_name(m.name) for m in chosen]
    return Network.from_reactions(reactions, species=species, name=f"synthetic {n_species}x{n_reactions}, seed {seed}")


def _fill(start: list[Draft], sampler: Sampler, n_reactions: int, n_species: int) -> list[Draft]:
    """Random reactions, none of them twice, until there are `n_reactions` with those of `start`."""
    seen = {_identity(draft) for draft in start}
    drafts: list[Draft] = []
    failures = 0
    while len(start) + len(drafts) < n_reactions:
        draft = sampler.draft()
        if draft is None or _identity(draft) in seen:
            failures += 1
            if failures > PATIENCE:
                raise ValueError(
                    f"synthetic: found no more than {len(start) + len(drafts)} reactions among {n_species} species, "
                    f"got n_reactions = {n_reactions}; ask for fewer reactions or more species"
                )
            continue
        failures = 0
        seen.add(_identity(draft))
        drafts.append(draft)
    return drafts


def _identity(draft: Draft) -> tuple:
    _, reactants, products = draft
    return tuple(sorted(reactants)), tuple(sorted(products))


def _reaction(draft: Draft, number: int, random: Random) -> Reaction:
    kind, reactants, products = draft
    factors = ("H",) if kind == "grain surface" else None
    rate = random_rate(kind, random)
    names = [m.name for m in reactants], [m.name for m in products]
    return Reaction.make(*names, rate, factors=factors, id=number, kind=kind)
