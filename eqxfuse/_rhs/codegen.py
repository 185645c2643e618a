"""The generated code of a network, for reading, for keeping in a file, and for running without eqxfuse."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import jax

from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.thermal import Process, Thermal
from eqxfuse._kernels import execute
from eqxfuse._lower.rhs import lower_rhs
from eqxfuse._python.literal.source import literal_source
from eqxfuse._python.source import jax_source
from eqxfuse._rhs.energy import Energy
from eqxfuse._rhs.literal_energy import LiteralEnergy
from eqxfuse._rhs.literal_rates import TEMPERATURE, LiteralRates

Coefficients: TypeAlias = Literal["argument", "literal"]

_ABOUT = "Rates of change [s^-1] of the abundances n/n_H of a chemical network; times are in seconds."
_ABOUT_THERMAL = "Rates of change of abundances n/n_H [s^-1] and temperature [K s^-1] of a gas; times are in seconds."


@dataclass(frozen=True)
class CodeGenerator:
    """Writes the right-hand side of `network` as Python that runs in JAX.

    With `coefficients="argument"` the text defines `rhs(y, k)` (`rhs(y, k, m)` where rate laws depend on abundances),
    the code of the `jax` backend of `FusedRHS`. With `"literal"` it is a module that needs jax alone: it defines
    `static_ode(t, y, args)` for abundances y [species], with every number of every rate law in its place. `args`
    is `Conditions`, those of eqxfuse or the small class of the same name that the module defines.

    With `thermal`, a `Thermal` or the processes that heat and cool, literal text has the temperature [K] behind the
    species in y and dy/dt, and `heating(y, args)`, which gives the gas's energy from each of `PROCESSES`
    [erg cm^-3 s^-1]; the other text has a second function `energy(y, e, f, c, p)`, dT/dt [K s^-1] of that state, of the
    coefficients e with their modifiers, of the species' changes f, of the vector c of all conditions (`FACTS` in
    order), and of the parameters p of the processes.

    Raises `ValueError` for other `coefficients`.
    """

    network: Network
    coefficients: Coefficients = "argument"
    thermal: Thermal | Process | Iterable[Process] | None = None

    def __post_init__(self):
        if self.coefficients not in get_args(Coefficients):
            raise ValueError(f'coefficients must be "argument" or "literal", got {self.coefficients!r}')
        if self.thermal is not None:
            own = Thermal.of(self.thermal)
            object.__setattr__(self, "thermal", own)
            object.__setattr__(self, "network", self.network.with_quantities(own.needed_parameters))

    def generate_code(self) -> str:
        """The text. Raises `UnsupportedRateLaw` for a user's function that cannot be written as literal text."""
        program = lower_rhs(self.network)
        thermal = None if self.thermal is None else Thermal.of(self.thermal)
        if self.coefficients == "argument":
            energy = "" if thermal is None else jax_source(Energy.of(self.network, "abundance", thermal).program)
            return jax_source(program) + energy
        rates = LiteralRates(self.network)
        of_inputs = rates.of_inputs()
        if thermal is None:
            parameters = rates.parameters(of_inputs.values())
            return literal_source(program, rates.expressions, of_inputs, parameters, _ABOUT)
        heat = LiteralEnergy(self.network, thermal, rates).heat(program, of_inputs)
        parameters = rates.parameters([*of_inputs.values(), *heat.terms, heat.change])
        del parameters[TEMPERATURE]
        return literal_source(program, rates.expressions, of_inputs, parameters, _ABOUT_THERMAL, heat)


def compile_network(network: Network, thermal: Thermal | Process | Iterable[Process] | None = None) -> Callable:
    """`static_ode(t, y, args)` of the literal text of `network`, jitted; with `thermal`, y ends in the temperature [K].

    Raises `UnsupportedRateLaw` for a user's function that cannot be written as literal text.
    """
    source = CodeGenerator(network, "literal", thermal).generate_code()
    return jax.jit(execute(source, hashlib.sha256(source.encode()).hexdigest())["static_ode"])
