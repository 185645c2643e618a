"""What the parameters of a model may be, and what several models hold."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._solve.integration import is_known, require

HYDROGEN_PER_AV = 1.87e21
"""Hydrogen nuclei [cm^-2] for each magnitude of A_V: N(H)/E(B-V) = 5.8e21 cm^-2 mag^-1 (Bohlin, Savage & Drake 1978,
ApJ 224, 132) and R_V = 3.1."""


def between(value: Any, name: str, low: float, high: float, unit: str, why: str = "") -> Float[Array, ""]:
    """`value` as an array, which is refused outside of the range: with `ValueError` where it is known, and when it
    runs where it is traced. `why` says what ends there.
    """

    def message() -> str:
        got = f", got {float(value):.6g}" if is_known(value) else ""
        return f"{name} must be from {low:g} to {high:g} {unit}{got}{why and f': {why}'}"

    if jnp.ndim(value):
        raise ValueError(f"{name} must be one number, got shape {jnp.shape(value)}: use jax.vmap for a batch")
    return require(jnp.asarray(value, float), lambda value: (value >= low) & (value <= high), message)


def above(value: Any, other: Any, message: str) -> Float[Array, ""]:
    """`value` as an array, which is refused with `message` unless it is larger than the `other`."""
    return require(jnp.asarray(value, float), lambda value: value > other, lambda: message)


def require_start(conditions: Conditions) -> Conditions:
    """Those at the start of a history. Raises `TypeError` and `ValueError` for what are none of one cell."""
    if not isinstance(conditions, Conditions):
        raise TypeError(f"conditions must be Conditions, got {conditions!r:.100}")
    for name, value in conditions.named().items():
        if jnp.ndim(value):
            shape = jnp.shape(value)
            raise ValueError(f"Conditions.{name} must be one number, got shape {shape}: use jax.vmap for a batch")
    return conditions
