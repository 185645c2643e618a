"""Logarithms to base 10, as expressions that native code can read."""

import jax.numpy as jnp

_LN_10 = 2.302585092994046


def log10(x):
    """The logarithm to base 10 of what is positive."""
    return jnp.log(x) / _LN_10


def power10(x):
    """10^x."""
    return jnp.exp(x * _LN_10)
