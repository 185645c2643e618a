"""All that heats and cools a gas."""

import dataclasses
import warnings
from collections import Counter
from collections.abc import Iterable

import jax.numpy as jnp
from jaxtyping import Array, Float

from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws.law import option, rate_law
from eqxfuse._chemistry.species import Species
from eqxfuse._chemistry.thermal.gas import Gas, Scalar
from eqxfuse._chemistry.thermal.heat_capacity import Capacities, Equation, dT_dt
from eqxfuse._chemistry.thermal.physical_constants import CODATA, PhysicalConstants
from eqxfuse._chemistry.thermal.process import Process


@rate_law
class Thermal:
    """Processes, whose heating adds up, and the equation through which it changes the temperature.

    A pytree, whose leaves are the parameters of the processes. `equation` and `capacities` are those of `dT_dt`.
    """

    processes: tuple[Process, ...]
    equation: Equation = option(default="exact")
    capacities: Capacities = option(default="rotational")
    constants: PhysicalConstants = option(default=CODATA)

    def __repr__(self) -> str:
        names = ", ".join(p.name for p in self.processes)
        return f"Thermal({names}, equation={self.equation!r}, capacities={self.capacities!r})"

    @classmethod
    def of(cls, given: "Thermal | Process | Iterable[Process]") -> "Thermal":
        """`given` itself, or with the processes that it is. Raises `TypeError`."""
        if isinstance(given, Thermal):
            return given
        processes = (given,) if isinstance(given, Process) else tuple(given)
        wrong = [p for p in processes if not isinstance(p, Process)]
        if wrong:
            raise TypeError(f"thermal= takes processes, such as thermal.Compton(), got {wrong[0]!r:.100}")
        return cls(processes)

    @property
    def needed_parameters(self) -> tuple[str, ...]:
        """Names of the `Conditions.parameters` that the processes read."""
        return tuple(name for p in self.processes for name in p.needed_parameters)

    def heating(self, gas: Gas) -> dict[str, Scalar]:
        """What each process gives the gas [erg cm^-3 s^-1], by name; numbered where several have one name."""
        gas = self._seen(gas)
        terms: dict[str, Scalar] = {}
        seen = Counter[str]()
        for p in self.processes:
            seen[p.name] += 1
            terms[f"{p.name} {seen[p.name]}" if seen[p.name] > 1 else p.name] = p.heating(gas)
        return terms

    def temperature_change(self, gas: Gas, change: Float[Array, " species"]) -> Scalar:
        """dT/dt [K s^-1], where reactions change the densities by `change` [cm^-3 s^-1]."""
        gas = self._seen(gas)
        heating = sum((p.heating(gas) for p in self.processes), jnp.zeros((), gas.densities.dtype))
        return dT_dt(gas, heating, change, equation=self.equation, capacities=self.capacities)

    def _seen(self, gas: Gas) -> Gas:
        return dataclasses.replace(gas, constants=self.constants)

    def warn_of_missing(self, network: Network) -> None:
        """Say once which processes give nothing for want of a species, though the network has its elements."""
        elements = set(network.elements)
        absent = {
            p.name: [f for f in p.missing(network) if {e for e, _ in Species.lenient(f).composition or ()} <= elements]
            for p in self.processes
        }
        told = "; ".join(f"{name} needs {', '.join(what)}" for name, what in absent.items() if what)
        if told:
            warnings.warn(f"{network!r} lacks what some heating and cooling needs, which is 0: {told}", stacklevel=4)
