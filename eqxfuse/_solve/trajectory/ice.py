"""What a trajectory says of ice: its species, its layers, and where the elements are."""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws.ice.grain import sites
from eqxfuse._chemistry.species import Phase, Species
from eqxfuse.errors import UnknownSpecies

WATER = "H2O"
"""What amounts of ice are given by, in percent."""


def require_ice(species: Sequence[Species]) -> None:
    """Raise `ValueError` where no species is in ice."""
    if all(s.phase == "gas" for s in species):
        raise ValueError("no species of this network is in ice: names of such begin with # (surface) or @ (bulk)")


def ice_columns(species: Sequence[Species]) -> dict[str, list[int]]:
    """Where a species stands on the surface and in the bulk, by its name in the gas, in the order of the network."""
    columns: dict[str, list[int]] = {}
    for i, s in enumerate(species):
        if s.phase != "gas":
            columns.setdefault(s.gas_name, []).append(i)
    return columns


def ice(species: Sequence[Species], y: Float[Array, "... species"], name: str) -> Float[Array, "..."]:
    """Surface and bulk of one species. Raises `UnknownSpecies`."""
    require_ice(species)
    columns = ice_columns(species)
    if name not in columns:
        raise UnknownSpecies(name, tuple(columns))
    return y[..., np.array(columns[name])].sum(-1)


def layers(
    species: Sequence[Species], x: Float[Array, "*batch times species"], conditions: Conditions
) -> Float[Array, "*batch times"]:
    """How many monolayers all ice makes, `x` being abundances."""
    require_ice(species)
    whole = x[..., np.array([s.phase != "gas" for s in species])].sum(-1)
    return whole * jnp.asarray(conditions.gas_to_grain / sites(conditions))[..., None]


def inventory(
    species: Sequence[Species], y: Float[Array, "... species"]
) -> dict[str, dict[Phase, Float[Array, "..."]]]:
    """Nuclei of each element by phase, of those phases that the species have."""
    matter = Network(tuple(species), ())
    phases: dict[Phase, np.ndarray] = {phase: np.array([s.phase == phase for s in species]) for phase in matter.phases}
    return {
        element: {phase: y @ jnp.asarray(atoms * own, y.dtype) for phase, own in phases.items()}
        for element, atoms in zip(matter.elements, matter.composition, strict=False)
    }
