"""A rate coefficient that the user writes."""

from collections.abc import Callable
from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, option, rate_law


@rate_law
class UserRate(RateLaw):
    """k = function(conditions, *parameters), times modifier_function(conditions, densities, *parameters) if given.

    `function` and `modifier_function` are written for one reaction with `jax.numpy`: the temperature and the
    parameters reach them as scalars. `densities` [cm^-3] are those of `species`, in that order, and behind them the
    values of `totals` of the network (see `Total`). Parameters are scalars and can be differentiated; reactions with
    the same functions, species and totals are evaluated together.

    Use functions with a name, at the top of a module: laws are told apart by their functions, and `repr` shows the
    module and the name. Raises `ValueError` when `modifier_function` comes without `species` and `totals`, or they
    without it. `needs` are the names of the `Conditions.parameters` that the functions read.
    """

    units: ClassVar[str] = "as the function takes them; k in cm^3(m-1) s^-1"
    citation: ClassVar[str] = "the user's function"

    function: Callable = option()
    parameters: tuple[Parameter, ...] = ()
    modifier_function: Callable | None = option(default=None)
    species: tuple[str, ...] = option(default=())
    totals: tuple[str, ...] = option(default=())
    needs: tuple[str, ...] = option(default=())

    def __post_init__(self):
        if (self.modifier_function is None) != (not (self.species or self.totals)):
            raise ValueError("UserRate needs both modifier_function and species (or totals), or neither")

    @property
    def modifying_species(self):
        return self.species

    @property
    def modifying_totals(self):
        return self.totals

    @property
    def needed_parameters(self):
        return self.needs

    def coefficient(self, conditions):
        return self._each(self.function, conditions)

    def modifier(self, conditions, densities):
        if self.modifier_function is None:
            return jnp.asarray(1.0)
        return self._each(self.modifier_function, conditions, densities)

    def _each(self, function, conditions, *args):
        def one(temperature, *parameters):
            return function(conditions.at_temperature(temperature), *args, *parameters)

        return jnp.vectorize(one)(conditions.temperature, *self.parameters)

    def __repr__(self):
        rest = f", {self.parameters!r}" if self.parameters else ""
        if self.modifier_function is not None:
            rest += f", modifier_function={name_of(self.modifier_function)}"
        for name in ("species", "totals", "needs"):
            rest += f", {name}={getattr(self, name)!r}" if getattr(self, name) else ""
        return f"UserRate({name_of(self.function)}{rest})"


def name_of(function) -> str:
    """Module and name: the same in every process."""
    named = function if hasattr(function, "__qualname__") else type(function)
    return f"{named.__module__}.{named.__qualname__}"
