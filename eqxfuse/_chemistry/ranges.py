"""Warnings of temperatures beyond those that coefficients were fitted for."""

import warnings
from functools import lru_cache
from typing import Any

import jax.core
import numpy as np

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.lists import counted
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import Fit, Kooij, RateLaw
from eqxfuse._chemistry.reaction import Reaction
from eqxfuse.errors import Doubt

_TOLERATED = 0.1
"""Part of the reactions of a network that may be missing."""
_NEGLIGIBLE = 0.1
"""A coefficient that would fall below so much of its value at the limit of its range is not missed."""
_ABSURD = 1e-5
"""Two particles of a gas, even of opposite charge, meet less often than this [cm^3 s^-1]."""
_REMEDY = (
    'read it with read_network(..., out_of_range="bounded")',
    "give --out-of-range bounded",
)


def warn_of_ranges(network: Network, conditions: Any, stacklevel: int = 3) -> None:
    """Warn of temperatures outside the ranges of coefficients where these are made 0 or absurd by it:

    - when more than a tenth of the reactions are missing. Missing is one whose coefficient is 0 outside its range,
      unless a barrier would make it small there anyway, or a row of the same equation for other temperatures holds;
    - when a coefficient of two reactants is extrapolated to more than any two particles can reach.

    Of `Conditions` with many temperatures the lowest and the highest are looked at; those that are being traced, and
    whatever is no `Conditions`, are not.
    """
    if not isinstance(conditions, Conditions) or isinstance(conditions.temperature, jax.core.Tracer):
        return
    given = np.asarray(conditions.temperature, dtype=float)
    extremes = (float(given.min()), float(given.max()))
    for what in (_zeroed(network, extremes), _absurd(network, extremes)):
        if what:
            warnings.warn(Doubt(what, *_REMEDY), stacklevel=stacklevel)


def _zeroed(network: Network, temperatures: tuple[float, ...]) -> str:
    limits = _limits(network)
    missing, zeroed, temperature = max((*_count(limits, t), t) for t in temperatures)
    if missing <= _TOLERATED * len(network.reactions):
        return ""
    return (
        f"at {temperature:g} K {zeroed} of the {len(network.reactions)} rate coefficients of {_name(network)} are 0, "
        "because the temperature is outside their ranges; to keep them"
    )


@lru_cache(maxsize=16)
def _limits(network: Network) -> np.ndarray:
    """[7, reactions] of the reactions that are 0 outside their ranges: the lower limit [K], beta and gamma of the
    modified Arrhenius law there, the same for the upper limit, and a number for each equation.
    """
    rows = []
    equations: dict = {}
    for reaction in network.reactions:
        if reaction.out_of_range == "zero":
            low, high = _outermost(reaction)
            sides = frozenset(reaction.reactants), frozenset(reaction.products)
            equation = equations.setdefault(sides, len(equations))
            rows.append((low.t_min, *_exponents(low.law), high.t_max, *_exponents(high.law), equation))
    return np.array(rows, dtype=float).reshape(-1, 7).T


def _exponents(law: RateLaw) -> tuple[float, float]:
    return (float(law.beta), float(law.gamma)) if isinstance(law, Kooij) else (0.0, 0.0)


def _count(limits: np.ndarray, temperature: float) -> tuple[int, int]:
    """How many coefficients are missing, and how many are 0."""
    low, beta_low, gamma_low, high, beta_high, gamma_high, equations = limits
    equation, holds = equations.astype(int), (low <= temperature) & (temperature <= high)
    first_end, last_start = np.full(len(low), np.inf), np.full(len(low), -np.inf)
    np.minimum.at(first_end, equation[holds], high[holds])
    np.maximum.at(last_start, equation[holds], low[holds])
    missing = zeroed = 0
    for outside, limit, beta, gamma, replaced in (
        (temperature < low, low, beta_low, gamma_low, first_end[equation] <= low),
        (temperature > high, high, beta_high, gamma_high, last_start[equation] >= high),
    ):
        at = limit[outside]
        change = beta[outside] * np.log(temperature / at) - gamma[outside] * (1.0 / temperature - 1.0 / at)
        missing += np.count_nonzero((change > np.log(_NEGLIGIBLE)) & ~replaced[outside])
        zeroed += np.count_nonzero(outside)
    return int(missing), int(zeroed)


def _absurd(network: Network, temperatures: tuple[float, ...]) -> str:
    count, largest, j, temperature = max(
        ((*_beyond_collisions(network, t), t) for t in temperatures), key=lambda f: f[1]
    )
    if not count:
        return ""
    reaction = network.reactions[j]
    low, high = _outermost(reaction)
    return (
        f"at {temperature:g} K extrapolation makes {counted(count, 'coefficient')} of {_name(network)} larger than "
        f"{_ABSURD:g} cm^3 s^-1, which no collision reaches: the largest is {largest:.3g} cm^3 s^-1, of "
        f"{reaction.equation}, fitted from {low.t_min:g} to {high.t_max:g} K; to bound them"
    )


def _beyond_collisions(network: Network, temperature: float) -> tuple[int, float, int]:
    """How many coefficients are extrapolated so far, the largest of them, and its reaction."""
    reactions, start, end, lowest, alpha, beta, gamma = _extrapolated(network)
    at = np.maximum(np.stack([np.full(len(start), temperature), np.where(start > 0, start, end)]), lowest)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        k, limit = alpha * np.exp(beta * np.log(at / 300.0) - gamma / at)
    absurd = (start < temperature) & (temperature < end) & (k > _ABSURD) & (k > limit)
    if not absurd.any():
        return 0, 0.0, 0
    largest = int(np.argmax(np.where(absurd, k, 0.0)))
    return int(np.count_nonzero(absurd)), float(k[largest]), int(reactions[largest])


@lru_cache(maxsize=16)
def _extrapolated(network: Network) -> np.ndarray:
    """[7, rows] of the modified Arrhenius laws of two reactants that hold beyond a limit: the reaction, from and up to
    what temperature [K], the lowest at which it is evaluated, alpha, beta, gamma.
    """
    rows = []
    for j, reaction in enumerate(network.reactions):
        if reaction.out_of_range == "extrapolate" and len(reaction.factors) == 2:
            low, high = _outermost(reaction)
            for law, start, end in ((low.law, 0.0, low.t_min), (high.law, high.t_max, np.inf)):
                if isinstance(law, Kooij):
                    lowest = min(low.t_min, law.lowest_temperature)
                    rows.append((j, start, end, lowest, *map(float, (law.alpha, law.beta, law.gamma))))
    return np.array(rows, dtype=float).reshape(-1, 7).T


def _outermost(reaction: Reaction) -> tuple[Fit, Fit]:
    """The fits with the lowest and the highest temperature."""
    return min(reaction.fits, key=lambda f: f.t_min), max(reaction.fits, key=lambda f: f.t_max)


def _name(network: Network) -> str:
    return network.name or "the network"
