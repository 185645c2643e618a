"""How much of its internal energy new H2 passes on to the gas."""

import jax.numpy as jnp

from eqxfuse._chemistry.thermal.gas import Gas, Scalar


def thermalised(gas: Gas) -> Scalar:
    """Fraction 1/(1 + n_cr/n_H) of the vibrational energy of H2 that collisions turn into heat before it is radiated.

    n_cr = 1e6 T^-1/2/(1.6 x(H) exp(-(400/T)^2) + 1.4 x(H2) exp(-12000/(T + 1200))), Hollenbach & McKee 1979, ApJS 41,
    555, eq. 6.45.
    """
    t = gas.within(1.0, 1e9)
    collisions = 1.6 * gas.n("H") * jnp.exp(-((400.0 / t) ** 2)) + 1.4 * gas.n("H2") * jnp.exp(-1.2e4 / (t + 1.2e3))
    return collisions / (collisions + 1e6 / jnp.sqrt(t))
