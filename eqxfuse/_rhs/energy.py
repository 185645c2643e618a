"""The change of a gas's temperature, as a function of vectors."""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array as Numbers
from jaxtyping import Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.thermal import Gas, Thermal
from eqxfuse._kernels import Backend, Kernel, build_kernel
from eqxfuse._program.garbage import collector_paused
from eqxfuse._program.ir import Array, Program
from eqxfuse._program.trace import scalar_function
from eqxfuse._rhs.coefficients import State, reaction_rates


@dataclass(frozen=True)
class Energy:
    """dT/dt [K s^-1] from heating and cooling of the form `structure`, in a gas with the state y = (species, T)."""

    network: Network
    state: State
    structure: Any
    """That of a `Thermal`."""
    shapes: tuple[tuple[int, ...], ...]
    """Of its parameters."""

    @classmethod
    def of(cls, network: Network, state: State, thermal: Thermal) -> "Energy":
        leaves, structure = jax.tree.flatten(thermal)
        return cls(network, state, structure, tuple(map(jnp.shape, leaves)))

    @property
    def parameters(self) -> int:
        """The length of the vector of parameters, which has one element where there are none."""
        return max(1, sum(self._sizes))

    @property
    def _sizes(self) -> list[int]:
        return [math.prod(shape) for shape in self.shapes]

    def vector(self, thermal: Thermal, dtype) -> Float[Numbers, " parameters"]:
        """The parameters of heating and cooling of this form. Raises `ValueError` where one is an array that must be a
        number.
        """
        numbers = jax.tree.leaves([p for p in thermal.processes if not p.arrays])
        wrong = [jnp.shape(leaf) for leaf in numbers if jnp.shape(leaf)]
        if wrong:
            raise ValueError(f"parameters of thermal processes must be numbers, got shape {wrong[0]}: use jax.vmap")
        leaves = jax.tree.leaves(thermal)
        return jnp.concatenate([jnp.ravel(jnp.asarray(leaf, dtype)) for leaf in leaves or [0.0]])

    def thermal(self, parameters: Float[Numbers, " parameters"]) -> Thermal:
        """Back from its `vector`."""
        ends = np.cumsum([0, *self._sizes])
        parts = (parameters[start:end] for start, end in pairwise(ends.tolist()))
        leaves = [jnp.reshape(part, shape) for part, shape in zip(parts, self.shapes, strict=True)]
        return jax.tree.unflatten(self.structure, leaves)

    def __call__(
        self,
        y: Float[Numbers, " states"],
        k: Float[Numbers, " reactions"],
        f: Float[Numbers, " species"],
        conditions: Float[Numbers, " fields"],
        parameters: Float[Numbers, " parameters"],
    ) -> Float[Numbers, ""]:
        """`k` are the coefficients with their modifiers and `f` the changes of the species, in the units of the state;
        the temperature is that of `y`.
        """
        gas = self.gas(y, k, conditions)
        return self.thermal(parameters).temperature_change(gas, f * self._unit(gas.conditions))

    def gas(self, y, k, conditions) -> Gas:
        """What the processes see."""
        species = len(self.network.species)
        x, temperature = y[:species], y[species]
        here = Conditions.from_vector(conditions, self.network.parameters).at_temperature(temperature)
        unit = self._unit(here)
        return Gas(self.network, here, x * unit, reaction_rates(self.network, k, x) * unit)

    def _unit(self, conditions: Conditions):
        """Of the state [cm^-3]."""
        return conditions.density if self.state == "abundance" else 1.0

    @cached_property
    def program(self) -> Program:
        """The same as a program of the arrays "y", "e" (coefficients), "f", "c" (conditions) and "p" (parameters).

        Raises `NotImplementedError` that names an operation which the language does not have.
        """
        species, reactions = len(self.network.species), len(self.network.reactions)
        lengths = {"y": species + 1, "e": reactions, "f": species, "c": len(self.network.fields), "p": self.parameters}
        read = scalar_function(self, [(name, range(length)) for name, length in lengths.items()])
        return Program("energy", tuple(map(Array, *zip(*lengths.items(), strict=True))), read.statements, read.outputs)


@lru_cache(maxsize=64)
def energy_kernel(energy: Energy, backend: Backend) -> Kernel | None:
    """The energy's program as a native kernel; None where it has none. XLA compiles the function itself faster."""
    try:
        program = energy.program
    except NotImplementedError:
        return None
    with collector_paused():
        return build_kernel(program, backend)
