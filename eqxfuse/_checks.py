"""Is what a network is asked for within what it can give?"""

import warnings
from functools import lru_cache

import jax.core
import numpy as np
from jax.typing import ArrayLike

from eqxfuse._network import Network
from eqxfuse._rate_laws import Kooij, RateLaw

_TOLERATED = 0.1
"""Part of the reactions of a network that may be missing."""
_NEGLIGIBLE = 0.1
"""A coefficient that would fall below so much of its value at the limit of its range is not missed."""


def warn_of_zeroed(network: Network, temperatures: ArrayLike) -> None:
    """Warn when more than a tenth of the reactions are missing because a temperature [K] is outside their ranges.

    Missing is a reaction whose coefficient is 0 there, unless a barrier would make it small anyway. Of an array of
    `temperatures` the lowest and the highest are looked at; one that is being traced is not.
    """
    if isinstance(temperatures, jax.core.Tracer):
        return
    given, limits = np.asarray(temperatures, dtype=float), _limits(network)
    missing, zeroed, temperature = max((*_count(limits, t), t) for t in (given.min(), given.max()))
    if missing <= _TOLERATED * len(network.reactions):
        return
    warnings.warn(
        f"at {temperature:g} K {zeroed} of the {len(network.reactions)} rate coefficients of "
        f"{network.name or 'the network'} are 0, because the temperature is outside their ranges: read it with "
        'read_network(..., out_of_range="bounded"), on the command line --out-of-range bounded, to keep these reactions',
        stacklevel=3,
    )


@lru_cache(maxsize=16)
def _limits(network: Network) -> np.ndarray:
    """[6, reactions] of the reactions that are 0 outside their ranges: the lower limit [K], beta and gamma of the
    modified Arrhenius law there, and the same for the upper limit.
    """
    rows = []
    for reaction in network.reactions:
        if reaction.out_of_range == "zero":
            low, high = min(reaction.fits, key=lambda f: f.t_min), max(reaction.fits, key=lambda f: f.t_max)
            rows.append((low.t_min, *_exponents(low.law), high.t_max, *_exponents(high.law)))
    return np.array(rows, dtype=float).reshape(-1, 6).T


def _exponents(law: RateLaw) -> tuple[float, float]:
    return (float(law.beta), float(law.gamma)) if isinstance(law, Kooij) else (0.0, 0.0)


def _count(limits: np.ndarray, temperature: float) -> tuple[int, int]:
    """How many coefficients are missing, and how many are 0."""
    low, beta_low, gamma_low, high, beta_high, gamma_high = limits
    missing = zeroed = 0
    for outside, limit, beta, gamma in (
        (temperature < low, low, beta_low, gamma_low),
        (temperature > high, high, beta_high, gamma_high),
    ):
        at = limit[outside]
        change = beta[outside] * np.log(temperature / at) - gamma[outside] * (1.0 / temperature - 1.0 / at)
        missing += np.count_nonzero(change > np.log(_NEGLIGIBLE))
        zeroed += np.count_nonzero(outside)
    return int(missing), int(zeroed)
