"""A coefficient that depends on nothing."""

from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, rate_law


@rate_law
class Constant(RateLaw):
    """k = value."""

    units: ClassVar[str] = "value [cm^3(m-1) s^-1]"
    citation: ClassVar[str] = "a number given by the user"

    value: Parameter

    def coefficient(self, conditions):
        del conditions
        return jnp.asarray(self.value)
