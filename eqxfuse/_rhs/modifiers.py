"""What abundance-dependent rate laws multiply their coefficients by, as a function of vectors."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import FIELDS, Conditions
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import RateLaw, RateTable
from eqxfuse._lower.jacobian import modifying_species


@dataclass(frozen=True)
class Modifiers:
    """The modifiers [rows] of a network's abundance-dependent laws, in the order of `reactions`.

    They follow from what y holds of the modifying `species`, in the units of `state`, and from `parameters`. Where the
    conditions are not `known`, they are 1.
    """

    network: Network
    state: Literal["abundance", "density"]
    known: bool = True

    @cached_property
    def reactions(self) -> np.ndarray:
        """[rows] The positions of the reactions with such laws."""
        return np.array([j for _, own in self._groups for j in own], dtype=np.int32)

    @cached_property
    def species(self) -> np.ndarray:
        """[n] The positions of the species that the laws depend on, ascending."""
        return np.array(modifying_species(self.network), dtype=np.int32)

    @property
    def _groups(self):
        return self.network.rate_table.layout.modified

    def parameters(self, table: RateTable, conditions: Conditions | None) -> Float[Array, " parameters"]:
        """Everything but abundances that the laws of `table`, the network's, depend on."""
        if conditions is None:
            return jnp.zeros(1)
        rows = [
            jnp.broadcast_to(leaf, (len(reactions),))
            for group, reactions in self._groups
            for leaf in jax.tree.leaves(table.laws[group])
        ]
        return jnp.concatenate([conditions.vector(), *rows])

    @property
    def count(self) -> int:
        """The length of `parameters`."""
        if not self.known:
            return 1
        return len(FIELDS) + sum(own.size for own in self.positions)

    def __call__(self, own: Float[Array, " n"], parameters: Float[Array, " parameters"]) -> Float[Array, " rows"]:
        """The modifiers [1]. Finite for abundances that are zero or a little less."""
        if not self.known:
            return jnp.ones(len(self.reactions), own.dtype)
        return jnp.concatenate([self.of_law(i, own, parameters) for i in range(len(self._groups))])

    @property
    def laws(self) -> list[RateLaw]:
        """The laws, in the order of their rows."""
        return [self.network.rate_table.laws[group] for group, _ in self._groups]

    def of_law(self, i: int, own: Float[Array, " n"], parameters: Float[Array, " parameters"]) -> Float[Array, " own"]:
        """The modifiers of the rows of law `i`."""
        conditions = Conditions.from_vector(parameters[: len(FIELDS)])
        densities = own * conditions.density if self.state == "abundance" else own
        place = {self.network.species_names[i]: n for n, i in enumerate(self.species.tolist())}
        kind = jax.tree.structure(self.laws[i])
        law = kind.unflatten(parameters[rows[0] : rows[-1] + 1] for rows in self.positions[i])
        modifier = law.modifier(conditions, tuple(densities[place[name]] for name in law.modifying_species))
        return jnp.broadcast_to(modifier, (len(self._groups[i][1]),))

    @cached_property
    def positions(self) -> list[np.ndarray]:
        """[leaves, rows] for each law: where the parameters of its rows stand in `parameters`."""
        positions, first = [], len(FIELDS)
        for law, (_, reactions) in zip(self.laws, self._groups, strict=True):
            shape = len(jax.tree.leaves(law)), len(reactions)
            positions.append(first + np.arange(shape[0] * shape[1]).reshape(shape))
            first += shape[0] * shape[1]
        return positions

    def changes(
        self, own: Float[Array, " n"], parameters: Float[Array, " parameters"], change: Float[Array, " fields"]
    ):
        """The modifiers [rows], and what they change by when the conditions do by `change` [rows]."""
        tangent = jnp.concatenate([change, jnp.zeros(self.count - len(FIELDS), change.dtype)])
        return jax.jvp(lambda p: self(own, p), (parameters,), (tangent,))

    def with_slopes(self, own: Float[Array, " n"], parameters: Float[Array, " parameters"]):
        """The modifiers [rows], and their derivatives [rows * modifying species] row by row."""

        def twice(own):
            values = self(own, parameters)
            return values, values

        slopes, values = jax.jacfwd(twice, has_aux=True)(own)
        return values, slopes.ravel()
