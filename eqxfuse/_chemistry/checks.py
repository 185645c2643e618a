"""Is what a network is asked for within what it can give?"""

import dataclasses
import warnings
from functools import lru_cache
from typing import Any

import jax
import jax.core
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from eqxfuse._chemistry.conditions import Conditions, wrong_values
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import Kooij, RateLaw

_NEUTRAL = 1e-6
"""Part of all charges that may be too many on one side."""
_TOLERATED = 0.1
"""Part of the reactions of a network that may be missing."""
_NEGLIGIBLE = 0.1
"""A coefficient that would fall below so much of its value at the limit of its range is not missed."""
_NOISE = 1e-10
"""Part of the largest abundance of a cell that another one may be below zero, as the end of a solve leaves it."""


def require_conditions(conditions: Any) -> None:
    """Raise `ValueError` where `Conditions`, of one cell or of many, hold what no cell can have; fields that are being
    traced, and whatever is no `Conditions`, are not looked at.
    """
    if not isinstance(conditions, Conditions):
        return
    for field in dataclasses.fields(conditions):
        value = getattr(conditions, field.name)
        if isinstance(value, jax.core.Tracer):
            continue
        values = np.asarray(value, dtype=float)
        wrong, bound = wrong_values(field.name, values)
        if wrong.any():
            cell = _first(wrong)
            raise ValueError(
                f"Conditions.{field.name} must be finite and {bound}, got {float(values[cell])!r}"
                f"{f' at {cell}' if cell else ''}"
            )


def require_start(network: Network, y0: np.ndarray) -> None:
    """Raise `ValueError` for a start [*cells, species] that is not finite, or further below zero than the noise of an
    earlier solve.
    """
    if not np.isfinite(y0).all():
        *cell, _ = _first(~np.isfinite(y0))
        raise ValueError(f"y0 holds values that are not finite{f', first in cell {tuple(cell)}' if cell else ''}")
    negative = y0 < -_NOISE * np.max(np.abs(y0), axis=-1, keepdims=True)
    if negative.any():
        *cell, species = _first(negative)
        raise ValueError(
            f"y0 must not be negative, got {y0[*cell, species]:g} of {network.species_names[species]}"
            f"{f' in cell {tuple(cell)}' if cell else ''}"
        )


def _first(wrong: np.ndarray) -> tuple[int, ...]:
    """Where the first true value stands."""
    return tuple(int(i) for i in np.argwhere(wrong)[0])


def warn_of_start(network: Network, conditions: Any, y0: ArrayLike) -> None:
    """Warn, where the values are known, of what makes a solve slow or wrong without a word: single precision that
    nobody asked for, a start [*cells, species] that is not neutral, coefficients that are 0 (see `warn_of_zeroed`).
    """
    if jnp.result_type(y0) == jnp.float32 and not jax.config.jax_enable_x64:  # pyright: ignore[reportAttributeAccessIssue]
        warnings.warn(
            "this solve is in single precision, which takes many times the steps and may fail: write "
            'jax.config.update("jax_enable_x64", True) before the first array is made',
            stacklevel=3,
        )
    if not isinstance(y0, jax.core.Tracer):
        _warn_of_charge(network, np.asarray(y0, dtype=float))
    if isinstance(conditions, Conditions):
        warn_of_zeroed(network, conditions.temperature, stacklevel=4)


def _warn_of_charge(network: Network, y0: np.ndarray) -> None:
    charges = network.composition[-1]
    net, all_charges = y0 @ charges, np.abs(y0) @ np.abs(charges)
    excess = np.abs(net) - _NEUTRAL * all_charges
    if np.any(excess > 0):
        worst = np.unravel_index(np.argmax(excess), excess.shape)
        warnings.warn(
            f"y0 carries a net charge of {net[worst]:.3g} elementary charges, of {all_charges[worst]:.3g} in all: "
            "give as many electrons as ions hold, as in network.abundances({'C+': 1e-4, 'e-': 1e-4})",
            stacklevel=4,
        )


def warn_of_zeroed(network: Network, temperatures: ArrayLike, stacklevel: int = 3) -> None:
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
        'read_network(..., out_of_range="bounded"), on the command line --out-of-range bounded, to keep them',
        stacklevel=stacklevel,
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
