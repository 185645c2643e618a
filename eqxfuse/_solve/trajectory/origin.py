"""What a trajectory was made from."""

import dataclasses
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions, brief
from eqxfuse._chemistry.network import Network
from eqxfuse._program.one_line import OneLine

NUMBERS = ("t0", "rtol", "atol")
"""The fields of `Origin` that are numbers."""


class Origin(eqx.Module, OneLine):
    """What a trajectory was made from. A pytree, like the trajectory itself.

    Its arrays have the axes of the batch, or such as broadcast to them: what all cells of a grid share stands once.
    """

    conditions: Conditions | None
    """None where the solve was given coefficients or a function of time."""
    t0: float | Float[Array, "*#batch"]
    """Start of the solve [s]."""
    rtol: float | Float[Array, "*#batch"]
    atol: float | Float[Array, "*#batch"]
    """Tolerances of the steps, `atol` in the units of the state."""
    network: str = eqx.field(static=True)
    """Name of the network."""
    digest: str = eqx.field(static=True)
    """`Network.digest`, which tells networks apart; rate laws that were changed in a right-hand side do not count."""
    dims: tuple[str, ...] = eqx.field(static=True, default=())
    """Names of the batch axes; empty where they are not known."""

    @classmethod
    def of(cls, network: Network, args: Any, t0: Any, tolerances: tuple[Any, Any], dims: tuple[str, ...] = ()):
        """Of a solve with `args`, of which only `Conditions` are kept."""
        conditions = args if isinstance(args, Conditions) else None
        return cls(conditions, t0, *tolerances, network.name, network.digest, dims)

    def of_cell(self, index: tuple[int, ...], shape: tuple[int, ...]) -> "Origin":
        """That of one cell of a batch of this `shape`."""
        own = jax.tree.map(lambda array: jnp.broadcast_to(array, shape)[index], self)
        return dataclasses.replace(own, dims=())

    def __repr__(self) -> str:
        numbers = ", ".join(f"{name}={brief(getattr(self, name))}" for name in NUMBERS)
        return f"Origin({self.conditions!r}, {numbers}, network={self.network!r}, dims={self.dims!r})"
