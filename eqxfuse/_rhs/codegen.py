"""The generated code of a network, for reading, for keeping in a file, and for running without eqxfuse."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import jax

from eqxfuse._chemistry.network import Network
from eqxfuse._kernels import execute
from eqxfuse._lower.rhs import lower_rhs
from eqxfuse._python.literal.source import literal_source
from eqxfuse._python.source import jax_source
from eqxfuse._rhs.literal_rates import LiteralRates

Coefficients: TypeAlias = Literal["argument", "literal"]

_ABOUT = "Rates of change [s^-1] of the abundances n/n_H of a chemical network; times are in seconds."


@dataclass(frozen=True)
class CodeGenerator:
    """Writes the right-hand side of `network` as Python that runs in JAX.

    With `coefficients="argument"` the text defines `rhs(y, k)` (`rhs(y, k, m)` where rate laws depend on abundances),
    the code of the `jax` backend of `FusedRHS`. With `"literal"` it is a module that needs jax alone: it defines
    `static_ode(t, y, args)` for abundances y [species], with every number of every rate law in its place. `args`
    is `Conditions`, those of eqxfuse or the small class of the same name that the module defines. Raises `ValueError`
    for other `coefficients`.
    """

    network: Network
    coefficients: Coefficients = "argument"

    def __post_init__(self):
        if self.coefficients not in get_args(Coefficients):
            raise ValueError(f'coefficients must be "argument" or "literal", got {self.coefficients!r}')

    def generate_code(self) -> str:
        """The text. Raises `UnsupportedRateLaw` for a user's function that cannot be written as literal text."""
        program = lower_rhs(self.network)
        if self.coefficients == "argument":
            return jax_source(program)
        rates = LiteralRates(self.network)
        of_inputs = rates.of_inputs()
        parameters = rates.parameters(of_inputs.values())
        return literal_source(program, rates.expressions, of_inputs, parameters, _ABOUT)


def compile_network(network: Network) -> Callable:
    """`static_ode(t, y, args)` of the literal text of `network`, jitted.

    Raises `UnsupportedRateLaw` for a user's function that cannot be written as literal text.
    """
    source = CodeGenerator(network, "literal").generate_code()
    return jax.jit(execute(source, hashlib.sha256(source.encode()).hexdigest())["static_ode"])
