"""The equations of a gas that heats and cools: species, and behind them the temperature."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import RateTable
from eqxfuse._chemistry.thermal import Gas, Thermal
from eqxfuse._kernels import Backend, Kernel, build_kernel
from eqxfuse._lower.jacobian import lower_jacobian
from eqxfuse._lower.temperature import BorderedJacobian, modifier_columns
from eqxfuse._program.garbage import collector_paused
from eqxfuse._program.pattern import Pattern
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
        fields = self._fields(conditions, y)
        change = self._change(y, self._effective(k, modifiers), f, fields, self.energy.vector(thermal, y.dtype))
        return jnp.append(f, change)

    def gas(self, table: RateTable, conditions: Conditions, y: Float[Array, " states"]) -> Gas:
        """What heating and cooling see of it."""
        _, k, modifiers = self._rates(table, self._here(conditions, y), y)
        return self.energy.gas(y, self._effective(k, modifiers), self._fields(conditions, y))

    def jacobian(
        self, table: RateTable, thermal: Thermal, conditions: Conditions, y: Float[Array, " states"]
    ) -> SparseMatrix:
        """Exact; with the temperature behind the species. Rates are evaluated once, with their changes."""
        species = len(self.network.species)
        kernel, bordered = bordered_kernel(self.network, self.kernel.backend)
        x, k, modifiers = self._rates(table, self._here(conditions, y), y, slopes=True)
        values = kernel(x, k, *modifiers)

        def at(temperature):
            """The changes of the species, and the coefficients with their modifiers."""
            moved = y.at[species].set(temperature)
            _, k, modifiers = self._rates(table, self._here(conditions, moved), moved)
            return self.kernel(x, k, *modifiers), self._effective(k, modifiers)

        (f, effective), (column, steep) = jax.jvp(at, (y[species],), (jnp.ones((), y.dtype),))
        values = values.at[bordered.column].set(column)
        parameters = self.energy.vector(thermal, y.dtype)
        of_state, of_rates, of_changes = jax.grad(self._change, argnums=(0, 1, 2))(
            y, effective, f, self._fields(conditions, y), parameters
        )
        row = self._direct(bordered.pattern, values, of_changes).at[: species + 1].add(of_state)
        row = row.at[species].add(of_rates @ steep)
        if modifiers and modifiers[1].size:
            rows, slopes, columns, units = _couplings(self.network)
            row = row.at[columns].add(of_rates[rows] * k[rows] * units.astype(y.dtype) * modifiers[1][slopes])
        native = kernel.capabilities.lu and y.dtype == jnp.float64
        return SparseMatrix.of(bordered.pattern, values.at[bordered.row].set(row), native)

    def _direct(self, pattern: Pattern, values, of_changes):
        """[size] what the changes of the species, whose rows of the Jacobian come first, give the temperature's row."""
        elements = int(pattern.starts[len(self.network.species)])
        rows, columns = pattern.rows[:elements], pattern.columns[:elements]
        return jnp.zeros(pattern.size, values.dtype).at[columns].add(of_changes[rows] * values[:elements])

    def _change(self, *arrays) -> Float[Array, ""]:
        """dT/dt from the arguments of the energy."""
        kernel = energy_kernel(self.energy, self.kernel.backend) if self.kernel.capabilities.lu else None
        return kernel(*arrays)[0] if kernel else self.energy(*arrays).astype(arrays[0].dtype)

    def _here(self, conditions: Conditions, y) -> Conditions:
        """In JAX's default float type, as conditions are."""
        return conditions.at_temperature(y[len(self.network.species)].astype(jnp.result_type(float)))

    def _fields(self, conditions: Conditions, y):
        """The conditions as the energy takes them."""
        return self._here(conditions, y).vector(self.network.parameters).astype(y.dtype)

    def _effective(self, k, modifiers):
        """The coefficients with their modifiers."""
        return k.at[self.modifiers.reactions].multiply(modifiers[0], unique_indices=True) if modifiers else k

    @property
    def modifiers(self) -> Modifiers:
        """The abundance-dependent laws."""
        return Modifiers(self.network, self.state)

    def _rates(self, table: RateTable, here: Conditions, y, slopes: bool = False) -> tuple[Any, Any, tuple[Any, ...]]:
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


@lru_cache(maxsize=64)
def _couplings(network: Network) -> tuple[np.ndarray, ...]:
    """`modifier_columns`, each of their parts in an array."""
    reactions, slopes, columns, units = zip(*modifier_columns(network), strict=True)
    return *(np.array(own, dtype=np.int32) for own in (reactions, slopes, columns)), np.array(units)
