"""Temperatures at which rate coefficients jump."""

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import Kooij
from eqxfuse._chemistry.rate_laws.layout import held_range
from eqxfuse._chemistry.reaction import Reaction

NOTICED = 1e-3
"""The part of a coefficient by which it has to jump."""


@lru_cache(maxsize=16)
def jump_temperatures(network: Network) -> np.ndarray:
    """[jumps] increasing: a coefficient has one value at the temperature [K] and another just below.

    It is 0 outside of its ranges with `out_of_range="zero"`, and where one fit takes over from another the two seldom
    agree; of fits that are no modified Arrhenius laws it is taken that they do not.
    """
    found = {t for reaction in network.reactions for t in _jumps(reaction)}
    return np.array(sorted(t for t in found if 0.0 < t < math.inf), dtype=float)


def _jumps(reaction: Reaction) -> Iterator[float]:
    fits = reaction.fits
    if reaction.out_of_range == "zero":
        yield min(fit.t_min for fit in fits)
        yield _above(max(fit.t_max for fit in fits))
    if len(fits) == 1:
        return
    limits = {fit.t_min for fit in fits} | {_above(fit.t_max) for fit in fits}
    limits |= {_above((a.t_max + b.t_min) / 2) for a in fits for b in fits if a.t_max < b.t_min}
    for t in limits:
        if 0.0 < t < math.inf:
            before, after = (_coefficient(reaction, at) for at in (np.nextafter(t, 0.0), t))
            if not abs(after - before) <= NOTICED * max(before, after):
                yield t


def _above(t: float) -> float:
    """The first temperature at which what holds up to `t` does not hold."""
    return float(np.nextafter(t, math.inf))


def _coefficient(reaction: Reaction, t: float) -> float:
    """Of the fit that holds at a temperature inside of the outermost ranges, else the nearest; a number for each fit
    where they are not all modified Arrhenius laws.
    """
    fits = reaction.fits
    i = min(range(len(fits)), key=lambda i: max(fits[i].t_min - t, t - fits[i].t_max, 0.0))
    law = fits[i].law
    if not isinstance(law, Kooij) or not all(isinstance(fit.law, Kooij) for fit in fits):
        return 1.0 + i
    low, high = held_range(fits, reaction.out_of_range, i)
    at = min(max(t, low), high)
    return abs(float(law.alpha)) * (at / 300.0) ** float(law.beta) * math.exp(-float(law.gamma) / at)
