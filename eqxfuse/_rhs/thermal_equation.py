"""The equations of a gas that heats and cools: species, and behind them the temperature."""

from dataclasses import dataclass
from functools import lru_cache

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import RateTable
from eqxfuse._chemistry.thermal import Gas, Thermal
from eqxfuse._kernels import Backend, Kernel, build_kernel
from eqxfuse._lower.jacobian import lower_jacobian
from eqxfuse._lower.temperature import BorderedJacobian
from eqxfuse._program.garbage import collector_paused
from eqxfuse._rhs.coefficients import State, coefficients
from eqxfuse._rhs.energy import Energy, energy_kernel
from eqxfuse._rhs.modifiers import Modifiers
from eqxfuse._rhs.sparse_matrix import SparseMatrix


@dataclass(frozen=True)
class ThermalEquation:
    """d(y)/dt of y = (species, T) and its Jacobian. The temperature of conditions is that of the state."""

    network: Network
    state: State
    kernel: Kernel
    """Of the chemistry."""
    energy: Energy

    def __call__(
        self, table: RateTable, thermal: Thermal, conditions: Conditions, y: Float[Array, " states"]
    ) -> Float[Array, " states"]:
        x, k, modifiers = self._rates(table, self._here(conditions, y), y)
        f = self.kernel(x, k, *modifiers)
        arrays = *self._seen(conditions, y, k, modifiers, f), self.energy.vector(thermal, y.dtype)
        kernel = energy_kernel(self.energy, self.kernel.backend) if self.kernel.capabilities.lu else None
        change = kernel(*arrays) if kernel else self.energy(*arrays)[None].astype(y.dtype)
        return jnp.concatenate([f, change])

    def gas(self, table: RateTable, conditions: Conditions, y: Float[Array, " states"]) -> Gas:
        """What heating and cooling see of it."""
        _, k, modifiers = self._rates(table, self._here(conditions, y), y)
        y, k, _, fields = self._seen(conditions, y, k, modifiers, None)
        return self.energy.gas(y, k, fields)

    def jacobian(
        self, table: RateTable, thermal: Thermal, conditions: Conditions, y: Float[Array, " states"]
    ) -> SparseMatrix:
        """Exact; with the temperature behind the species."""
        species = len(self.network.species)
        kernel, bordered = bordered_kernel(self.network, self.kernel.backend)

        def of_temperature(temperature):
            return self(table, thermal, conditions, y.at[species].set(temperature))[:species]

        def change(y):
            return self(table, thermal, conditions, y)[species]

        column = jax.jvp(of_temperature, (y[species],), (jnp.ones((), y.dtype),))[1]
        x, k, modifiers = self._rates(table, self._here(conditions, y), y, slopes=True)
        values = kernel(x, k, *modifiers).at[bordered.column].set(column)
        values = values.at[bordered.row[: species + 1]].set(jax.grad(change)(y))
        native = kernel.capabilities.lu and y.dtype == jnp.float64
        return SparseMatrix.of(bordered.pattern, values, native)

    def _here(self, conditions: Conditions, y) -> Conditions:
        """In JAX's default float type, as conditions are."""
        return conditions.at_temperature(y[len(self.network.species)].astype(jnp.result_type(float)))

    def _seen(self, conditions: Conditions, y, k, modifiers, f):
        """The first arguments of the energy."""
        effective = k.at[self.modifiers.reactions].multiply(modifiers[0], unique_indices=True) if modifiers else k
        return y, effective, f, self._here(conditions, y).vector(self.network.parameters).astype(y.dtype)

    @property
    def modifiers(self) -> Modifiers:
        """The abundance-dependent laws."""
        return Modifiers(self.network, self.state)

    def _rates(self, table: RateTable, here: Conditions, y, slopes: bool = False):
        """Species, coefficients, and what the chemistry's kernels take behind these."""
        x = y[: len(self.network.species)]
        k = coefficients(self.network, self.state, table, here).astype(y.dtype)
        if not table.layout.modified:
            return x, k, ()
        own = self.modifiers
        parameters = own.parameters(table, here).astype(y.dtype)
        return x, k, own.with_slopes(x, k, parameters) if slopes else (own(x, k, parameters),)


@lru_cache(maxsize=64)
def bordered_kernel(network: Network, backend: Backend) -> tuple[Kernel, BorderedJacobian]:
    """The kernel of the chemistry's part of the Jacobian values; built once for each backend."""
    with collector_paused():
        bordered = BorderedJacobian.of(*lower_jacobian(network))
        return build_kernel(bordered.program, backend), bordered
