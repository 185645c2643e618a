"""All that heats and cools a gas."""

import warnings
from collections.abc import Iterable
from typing import Literal

import jax.numpy as jnp

from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws.law import option, rate_law
from eqxfuse._chemistry.thermal.gas import Gas, Scalar
from eqxfuse._chemistry.thermal.process import Process


@rate_law
class Thermal:
    """Processes, whose heating adds up, and the equation through which it changes the temperature.

    A pytree, whose leaves are the parameters of the processes.
    """

    processes: tuple[Process, ...]
    equation: Literal["exact", "krome"] = option(default="exact")

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

    def heating(self, gas: Gas) -> Scalar:
        """What the gas gains by all processes [erg cm^-3 s^-1]."""
        return sum((p.heating(gas) for p in self.processes), jnp.zeros((), gas.densities.dtype))

    def temperature_change(self, gas: Gas, change) -> Scalar:
        """dT/dt [K s^-1], where densities change by `change` [cm^-3 s^-1]."""
        c = gas.constants
        return self.heating(gas) / (1.5 * c.boltzmann * gas.total)

    def warn_of_missing(self, network: Network) -> None:
        """Say once which processes give nothing for want of a species."""
        absent = {p.name: p.missing(network) for p in self.processes}
        told = "; ".join(f"{name} needs {', '.join(what)}" for name, what in absent.items() if what)
        if told:
            warnings.warn(f"{network!r} lacks what some heating and cooling needs, which is 0: {told}", stacklevel=4)
