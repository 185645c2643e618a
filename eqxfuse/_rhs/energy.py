"""The change of a gas's temperature, as a function of vectors."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.thermal import Gas, Thermal
from eqxfuse._rhs.coefficients import State


@dataclass(frozen=True)
class Energy:
    """dT/dt [K s^-1] from heating and cooling of the form `structure`, in a gas with the state y = (species, T)."""

    network: Network
    state: State
    structure: Any
    """That of a `Thermal`, whose parameters are numbers."""

    @classmethod
    def of(cls, network: Network, state: State, thermal: Thermal) -> "Energy":
        return cls(network, state, jax.tree.structure(thermal))

    @property
    def parameters(self) -> int:
        """The length of the vector of parameters, which has one element where there are none."""
        return max(1, self.structure.num_leaves)

    def vector(self, thermal: Thermal, dtype) -> Float[Array, " parameters"]:
        """The parameters of heating and cooling of this form. Raises `ValueError` where one is not a number."""
        leaves = jax.tree.leaves(thermal)
        wrong = [jnp.shape(leaf) for leaf in leaves if jnp.shape(leaf)]
        if wrong:
            raise ValueError(f"parameters of thermal processes must be numbers, got shape {wrong[0]}: use jax.vmap")
        return jnp.stack([jnp.asarray(leaf, dtype) for leaf in leaves or [0.0]])

    def thermal(self, parameters: Float[Array, " parameters"]) -> Thermal:
        """Back from its `vector`."""
        return jax.tree.unflatten(self.structure, [parameters[i] for i in range(self.structure.num_leaves)])

    def __call__(
        self,
        y: Float[Array, " states"],
        k: Float[Array, " reactions"],
        f: Float[Array, " species"],
        conditions: Float[Array, " fields"],
        parameters: Float[Array, " parameters"],
    ) -> Float[Array, ""]:
        """`k` are the coefficients with their modifiers and `f` the changes of the species, in the units of the state;
        the temperature is that of `y`.
        """
        x, temperature = y[: len(f)], y[len(f)]
        here = Conditions.from_vector(conditions, self.network.parameters).at_temperature(temperature)
        unit = here.density if self.state == "abundance" else jnp.ones_like(temperature)
        padded = jnp.concatenate([x, jnp.ones(1, x.dtype)])
        rates = k
        for column in self._factors:
            rates = rates * padded[column]
        gas = Gas(self.network, here, x * unit, rates * unit)
        return self.thermal(parameters).temperature_change(gas, f * unit)

    @cached_property
    def _factors(self) -> list[np.ndarray]:
        """[reactions] for each factor of a rate the species; one behind the last where there is none."""
        species, own = len(self.network.species), [r.factors for r in self.network.reactions]
        return [
            np.array([self.network.index(f[i]) if i < len(f) else species for f in own], dtype=np.int32)
            for i in range(max(map(len, own), default=0))
        ]
