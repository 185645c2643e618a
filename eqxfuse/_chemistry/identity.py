"""What makes two reactions the same: plain tuples whose `repr` is equal when they are."""

import dataclasses

import numpy as np

from eqxfuse._chemistry.rate_laws import RateLaw
from eqxfuse._chemistry.reaction import Reaction


def identity(reaction: Reaction) -> tuple:
    """Stoichiometry, fits, factors and id; not the kind and the source. Numbers count to the last bit."""
    fits = [(float(fit.t_min), float(fit.t_max), _of_law(fit.law)) for fit in reaction.fits]
    sides = [[(name, float(number)) for name, number in side] for side in (reaction.reactants, reaction.products)]
    return sides, fits, reaction.out_of_range, reaction.factors, int(reaction.id)


def _of_law(law: RateLaw) -> tuple:
    fields = dataclasses.fields(law)  # pyright: ignore[reportArgumentType]
    return type(law).__module__, type(law).__qualname__, [_of_value(getattr(law, f.name)) for f in fields]


def _of_value(value):
    """Equal numbers look equal, whatever type holds them."""
    if isinstance(value, float | int):
        return float(value)
    if value is None or isinstance(value, str) or callable(value):
        return value
    if isinstance(value, tuple):
        return tuple(map(_of_value, value))
    if isinstance(value, RateLaw):
        return _of_law(value)
    return np.asarray(value, dtype=float).tolist()
