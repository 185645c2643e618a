"""A smaller network, and how well it does."""

from collections.abc import Mapping
from dataclasses import dataclass

import jax.numpy as jnp
from jaxtyping import Array, Float

from eqxfuse._chemistry.lists import counted
from eqxfuse._chemistry.network import Network


@dataclass(frozen=True, repr=False)
class Reduction:
    """A network made smaller. Prints as a table."""

    network: Network
    """The smaller one: write it with `write_network`."""
    original: Network
    reactions: tuple[int, ...]
    """Positions in the original of the reactions that are left."""
    errors: Mapping[str, float]
    """For each species kept in mind the largest relative error that the smaller network made, over all conditions and
    times.
    """

    def start(self, y0: Float[Array, "*batch species"]) -> Float[Array, "*batch species"]:
        """A state of the original as one of the smaller network: without the species that are left out."""
        names = self.network.species_names
        return jnp.asarray(y0)[..., jnp.asarray([self.original.index(name) for name in names])]

    def table(self) -> str:
        """Sizes and errors."""
        sizes = [
            f"{counted(len(n.species), 'species', 'species')}, {counted(len(n.reactions), 'reaction')}"
            for n in (self.original, self.network)
        ]
        return "\n".join(
            [" -> ".join(sizes), *(f"  {name}: off by {error:.2%} at most" for name, error in self.errors.items())]
        )

    def __repr__(self) -> str:
        return self.table()
