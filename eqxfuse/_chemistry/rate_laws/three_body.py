"""Reactions that a third body completes, without the third body among their reactants."""

import math
from typing import ClassVar

import jax
import jax.numpy as jnp

from eqxfuse._chemistry.rate_laws.kooij import power_law, where_boltzmann_is_largest
from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, rate_law

_THIRD_BODY = "third_body [1] particles of gas for each hydrogen nucleus"


@rate_law
class ThreeBody(RateLaw):
    """k = k_0 [M], the limit of low pressure, with k_0 = alpha (T/300 K)^beta exp(-gamma/T).

    [M] = third_body n_H: about 0.6 in molecular gas with helium, 1.1 in atomic gas. A reaction that names its third
    body as a species (2 H + H2 -> 2 H2) is a `Kooij` law instead.
    """

    units: ClassVar[str] = f"alpha [cm^6 s^-1], beta [1], gamma [K], {_THIRD_BODY}"
    citation: ClassVar[str] = "Lindemann 1922, Trans. Faraday Soc. 17, 598"

    alpha: Parameter
    beta: Parameter = 0.0
    gamma: Parameter = 0.0
    third_body: Parameter = 1.0

    @property
    def lowest_temperature(self):
        return where_boltzmann_is_largest(self.gamma)

    def coefficient(self, conditions):
        t = conditions.temperature
        scale = self.alpha * (self.third_body * conditions.density)  # first: alpha is tiny for float32
        return scale * power_law(t, self.beta) * jnp.exp(-self.gamma / t)


@rate_law
class FallOff(RateLaw):
    """k = k_inf P/(1 + P) F, with P = k_0 [M]/k_inf (KIDA formula 6).

    k_0 and k_inf are Kooij laws, [M] is as in `ThreeBody`, and F is Troe's broadening:
    log10 F = log10(f_c) / (1 + (log10(P)/N)^2), N = 0.75 - 1.27 log10(f_c). alpha_0 and alpha_inf must be positive.
    """

    units: ClassVar[str] = f"alpha_0 [cm^6 s^-1], alpha_inf [cm^3 s^-1], beta [1], gamma [K], f_c [1], {_THIRD_BODY}"
    citation: ClassVar[str] = "Troe 1983, Ber. Bunsenges. Phys. Chem. 87, 161"

    alpha_0: Parameter
    beta_0: Parameter
    gamma_0: Parameter
    alpha_inf: Parameter
    beta_inf: Parameter
    gamma_inf: Parameter
    f_c: Parameter = 0.6
    third_body: Parameter = 1.0

    @property
    def lowest_temperature(self):
        return where_boltzmann_is_largest(self.gamma_0, self.gamma_inf)

    def coefficient(self, conditions):
        t = conditions.temperature
        log_t = jnp.log(t / 300.0)
        third = self.third_body * conditions.density
        low = self.alpha_0 * third * jnp.exp(self.beta_0 * log_t - self.gamma_0 / t)
        log_p = jnp.log(self.alpha_0) + jnp.log(third) - jnp.log(self.alpha_inf)
        log_p = log_p + (self.beta_0 - self.beta_inf) * log_t - (self.gamma_0 - self.gamma_inf) / t
        width = 0.75 * math.log(10.0) - 1.27 * jnp.log(self.f_c)
        broadening = jnp.exp(jnp.log(self.f_c) / (1.0 + (log_p / width) ** 2))
        return low * jax.nn.sigmoid(-log_p) * broadening
