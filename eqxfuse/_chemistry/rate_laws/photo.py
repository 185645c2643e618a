"""Photo-processes in the interstellar radiation field."""

from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.constants import HABING_PER_DRAINE
from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, rate_law


@rate_law
class Photo(RateLaw):
    """k = alpha g0 exp(-gamma Av), with g0 in units of the Draine (1978) field.

    UMIST and KIDA write it so. UCLCHEM writes alpha F exp(-gamma Av) / 1.7 with F in units of the Habing (1968)
    field; F/1.7 is g0, so its rows are the same law. `draine_from_habing` converts a field.
    """

    units: ClassVar[str] = "alpha [s^-1] in the unshielded Draine field, gamma [mag^-1]"
    citation: ClassVar[str] = "McElroy et al. 2013, A&A 550, A36; Wakelam et al. 2012, ApJS 199, 21"

    alpha: Parameter
    gamma: Parameter = 0.0

    def coefficient(self, conditions):
        return self.alpha * conditions.g0 * jnp.exp(-self.gamma * conditions.av)


def draine_from_habing(field):
    """`Conditions.g0` for a far-ultraviolet field in units of the Habing (1968) field: field / 1.7."""
    return field / HABING_PER_DRAINE
