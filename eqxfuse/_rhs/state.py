"""What may stand for a state y."""

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from eqxfuse._chemistry.network import Network


def as_state(network: Network, y: Any, name: str = "y") -> Float[Array, "*batch species"]:
    """The array that `y` stands for: an array itself, a list of numbers, or abundances (densities) by species.

    Whole numbers become floats; shapes are not looked at. `name` is what messages call it. Raises `UnknownSpecies`
    and, for anything else, `TypeError`.
    """
    if isinstance(y, Mapping):
        return network.abundances(y)
    try:
        array = jnp.asarray(y)
    except (TypeError, ValueError) as error:
        hint = "; of a trajectory take the state at one time, trajectory.at(time)" if hasattr(y, "times") else ""
        raise TypeError(f"{name} must be numbers [species] or a dict of them by name, got {y!r:.200}{hint}") from error
    return array.astype(float) if jnp.issubdtype(array.dtype, jnp.integer) else array
