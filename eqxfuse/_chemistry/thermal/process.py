"""What every heating or cooling process is."""

from collections.abc import Callable
from typing import ClassVar, TypeVar, dataclass_transform

from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws.law import option as option
from eqxfuse._chemistry.rate_laws.law import rate_law
from eqxfuse._chemistry.rate_laws.user import name_of
from eqxfuse._chemistry.thermal.gas import Gas, Scalar
from eqxfuse._chemistry.thermal.lookup import position

P = TypeVar("P", bound=type)


class Process:
    """A term of the energy equation as a function of one cell's `Gas`.

    A process is a frozen dataclass and a pytree, as rate laws are: numbers are leaves and can be differentiated, fields
    made with `option` are static. `heating` is written for scalars, with operations of `jax.numpy` that work element by
    element, and never branches in Python on a value.
    """

    units: ClassVar[str]
    """Units of the parameters, one line."""
    citation: ClassVar[str]
    """Where the formula comes from."""
    validity: ClassVar[str]
    """Where it holds, and what it is beyond."""
    needs: ClassVar[tuple[str, ...]] = ()
    """Species without which there is nothing of it."""
    arrays: ClassVar[bool] = False
    """Whether parameters may be arrays; else each is a number."""

    @property
    def name(self) -> str:
        """What tables and plots call it."""
        return type(self).__name__

    @property
    def needed_parameters(self) -> tuple[str, ...]:
        """Names of the `Conditions.parameters` that it reads."""
        return ()

    def heating(self, gas: Gas) -> Scalar:
        """Energy that the gas gains [erg cm^-3 s^-1]; negative where it cools."""
        raise NotImplementedError

    def missing(self, network: Network) -> tuple[str, ...]:
        """What of the process the network lacks, without which it gives zero."""
        return tuple(formula for formula in self.needs if position(network, formula) is None)


@dataclass_transform(frozen_default=True, field_specifiers=(option,))
def process(cls: P) -> P:
    """Class decorator: a frozen dataclass, registered as a pytree with its parameters as leaves."""
    return rate_law(cls)


@process
class Custom(Process):
    """heating = function(gas, *parameters) [erg cm^-3 s^-1].

    `function` is written with `jax.numpy` for one cell; `parameters` are scalars and can be differentiated. Use
    functions with a name, at the top of a module: processes are told apart by their functions.
    """

    units: ClassVar[str] = "as the function takes them"
    citation: ClassVar[str] = "the user's function"
    validity: ClassVar[str] = "the user's to say"

    function: Callable = option()
    parameters: tuple[float | Scalar, ...] = ()
    name: str = option(default="")  # pyright: ignore[reportIncompatibleMethodOverride]
    """What tables and plots call it; that of the function if empty."""
    needed_parameters: tuple[str, ...] = option(default=())  # pyright: ignore[reportIncompatibleMethodOverride]
    """Names of the `Conditions.parameters` that the function reads."""

    def __post_init__(self):
        if not self.name:
            object.__setattr__(self, "name", name_of(self.function).rpartition(".")[2])

    def heating(self, gas):
        return self.function(gas, *self.parameters)
