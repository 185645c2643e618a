"""Cells of gas to heat and cool."""

import jax.numpy as jnp

from eqxfuse import Conditions, Network, thermal


def gas(network: Network, densities: dict[str, float], rates=None, constants=None, **conditions) -> thermal.Gas:
    """A cell with `densities` [cm^-3] by name, at 100 K and 100 cm^-3 unless `conditions` say otherwise."""
    given = Conditions(**({"temperature": 100.0, "density": 100.0} | conditions))
    n = jnp.zeros(len(network.species))
    for name, value in densities.items():
        n = n.at[network.index(name)].set(value)
    k = jnp.zeros(len(network.reactions)) if rates is None else jnp.asarray(rates, float)
    return thermal.Gas(network, given, n, k, *([] if constants is None else [constants]))
