"""The binding energies of the species in ice, wherever rate laws hold them."""

import dataclasses
from collections.abc import Iterator, Mapping
from functools import lru_cache

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.ice import in_phase
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import RateTable
from eqxfuse._chemistry.reaction import Reaction
from eqxfuse.errors import UnknownSpecies

Places = dict[tuple[int, str], list[tuple[int, str]]]
"""(law, parameter) -> its rows that hold a binding energy, and of which species."""
_PRODUCT = -1
"""In `RateLaw.binding`, the product that is bound most; else the position of a reactant."""


def binding_energies(network: Network, table: RateTable) -> dict[str, Float[Array, ""]]:
    """The energies [K] that the laws of `table` hold, by species."""
    found = {}
    for (g, parameter), rows in _places(network).items():
        values = getattr(table.laws[g], parameter)
        found |= {name: values[row] for row, name in rows if name not in found}
    return {s.name: found[s.name] for s in network.species if s.name in found}


def with_binding_energies(
    network: Network, table: RateTable, energies: Mapping[str, float | Float[Array, ""]]
) -> RateTable:
    """`table` with other energies [K] for some species, in all laws that hold them. Raises `UnknownSpecies`."""
    places = _places(network)
    bound = {name: None for rows in places.values() for _, name in rows}
    for name in energies:
        if name not in bound:
            raise UnknownSpecies(name, bound)
    laws = list(table.laws)
    for (g, parameter), rows in places.items():
        given = [(row, energies[name]) for row, name in rows if name in energies]
        if given:
            values = getattr(laws[g], parameter)
            new = jnp.stack([jnp.asarray(value, values.dtype) for _, value in given])
            where = np.array([row for row, _ in given])
            laws[g] = dataclasses.replace(laws[g], **{parameter: values.at[where].set(new, unique_indices=True)})  # pyright: ignore[reportArgumentType]
    return RateTable(tuple(laws), table.layout)


@lru_cache(maxsize=64)
def _places(network: Network) -> Places:
    table = network.rate_table
    ends = np.cumsum(table.layout.sizes)
    places: Places = {}
    for j, reaction in enumerate(network.reactions):
        law = reaction.fits[0].law
        row = int(table.layout.first[j])
        g = int(np.searchsorted(ends, row, side="right"))
        for parameter, which in law.binding.items():
            names = list(_reactants(reaction))[which : which + 1] if which != _PRODUCT else _bound(network, reaction)
            for name in names:
                places.setdefault((g, parameter), []).append((row - int(ends[g]) + table.layout.sizes[g], name))
    return places


def _reactants(reaction: Reaction) -> Iterator[str]:
    for name, number in reaction.reactants:
        yield from [name] * int(number)


def _bound(network: Network, reaction: Reaction) -> list[str]:
    """The species of ice, if any, whose binding energy is the `product_energy` of the law."""
    law = reaction.fits[0].law
    gas = [network.species[network.index(name)].gas_name for name, _ in reaction.products]
    known = {s.name: s.binding_energy for s in network.species}
    names = (in_phase(name, phase) for phase in ("surface", "bulk") for name in gas)
    return [name for name in names if known.get(name) == getattr(law, "product_energy")][:1]  # noqa: B009
