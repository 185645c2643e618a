"""Is what a network is asked for within what it can give?"""

import warnings
from typing import Any

import jax
import jax.core
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from eqxfuse._chemistry.conditions import Conditions, require_known, wrong_values
from eqxfuse._chemistry.history.history import History
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.ranges import warn_of_ranges
from eqxfuse.errors import Doubt

_NEUTRAL = 1e-6
"""Part of all charges that may be too many on one side."""
_NOTHING = 1e-20
"""An abundance that counts as none: some programs begin with so little of every species."""
_NOISE = 1e-10
"""Part of the largest abundance of a cell that another one may be below zero, as the end of a solve leaves it."""


def require_conditions(network: Network, conditions: Any) -> None:
    """Raise `ValueError` where `Conditions`, of one cell or of many, or those of a `History`, hold what no cell can
    have, or other parameters than the network needs; fields that are being traced, and whatever else it may be, are not
    looked at.
    """
    conditions = conditions.conditions if isinstance(conditions, History) else conditions
    if not isinstance(conditions, Conditions):
        return
    require_known(conditions.parameters, network.parameters)
    for name, value in conditions.named().items():
        if isinstance(value, jax.core.Tracer):
            continue
        values = np.asarray(value, dtype=float)
        wrong, bound = wrong_values(name, values)
        if wrong.any():
            cell = _first(wrong)
            raise ValueError(
                f"Conditions.{name} must be finite{bound and f' and {bound}'}, got {float(values[cell])!r}"
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
    nobody asked for, a start [*cells, species] that is not neutral, temperatures beyond those of the coefficients (see
    `warn_of_ranges`).
    """
    if jnp.result_type(y0) == jnp.float32 and not jax.config.jax_enable_x64:  # pyright: ignore[reportAttributeAccessIssue]
        warnings.warn(
            "this solve is in single precision, which takes many times the steps and may fail: write "
            'jax.config.update("jax_enable_x64", True) before the first array is made',
            stacklevel=3,
        )
    if not isinstance(y0, jax.core.Tracer):
        _warn_of_charge(network, np.asarray(y0, dtype=float))
    warn_of_ranges(network, conditions.conditions if isinstance(conditions, History) else conditions, stacklevel=4)


def _warn_of_charge(network: Network, y0: np.ndarray) -> None:
    charges = network.composition[-1]
    net, all_charges = y0 @ charges, np.abs(y0) @ np.abs(charges)
    excess = np.abs(net) - np.maximum(_NEUTRAL * all_charges, _NOTHING)
    if np.any(excess > 0):
        worst = np.unravel_index(np.argmax(excess), excess.shape)
        ions = "give as many electrons as ions hold, as in "
        doubt = Doubt(
            f"y0 carries a net charge of {net[worst]:.3g} elementary charges, of {all_charges[worst]:.3g} in all",
            ions + "network.abundances({'C+': 1e-4, 'e-': 1e-4})",
            ions + "--initial C+=1e-4,e-=1e-4",
        )
        warnings.warn(doubt, stacklevel=4)
