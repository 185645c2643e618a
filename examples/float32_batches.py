"""dy/dt of many cells in single precision: half the time and memory, for codes that take explicit steps or train.

The terms of dy/dt nearly cancel near a steady state, so errors are compared with their gross sum. A stiff solve wants
double precision: there `eqxfuse.solve` runs whole steps as native code, and it can follow species down to 1e-20.
"""

import time

import jax
import jax.numpy as jnp

import eqxfuse as ef

jax.config.update("jax_enable_x64", True)


def make_cells(rhs, count):
    """States [cells, species] and coefficients of `count` clouds between 8 and 80 K, all about 1e5 yr old."""
    y0 = rhs.network.abundances(ef.networks.dark_cloud_abundances)
    cloud = ef.Conditions(temperature=10.0, density=2e4)
    y = ef.solve(rhs, cloud, y0, 1e5 * ef.YEAR, saveat=1).abundances[-1]
    clouds = jax.vmap(lambda t: ef.Conditions(temperature=t, density=2e4))(jnp.geomspace(8.0, 80.0, count))
    return y * jnp.linspace(0.5, 2.0, count)[:, None], jax.vmap(rhs.precompute)(clouds)


def compare(count=100_000):
    """Nanoseconds a cell in double and in single precision, and the largest error over the gross sum of terms."""
    rhs = ef.FusedRHS(ef.networks.dark_cloud())
    derivatives = jax.jit(jax.vmap(lambda y, k: rhs(0.0, y, k)))
    double = make_cells(rhs, count)
    results, nanoseconds = [], []
    for dtype in (jnp.float64, jnp.float32):
        cells = jax.tree.map(lambda leaf, dtype=dtype: leaf.astype(dtype), double)
        jax.block_until_ready(derivatives(*cells))  # compiles
        start = time.perf_counter()
        results.append(jax.block_until_ready(derivatives(*cells)))
        nanoseconds.append((time.perf_counter() - start) / count * 1e9)
    return nanoseconds, largest_error(rhs, double, *results)


def largest_error(rhs, cells, expected, found, checked=1000):
    """|found - expected| over the gross sum of the terms, in some of the cells."""
    species = rhs.network.species_names
    changes = [[abs(dict(r.net_change).get(name, 0.0)) for r in rhs.network.reactions] for name in species]
    y, k = jax.tree.map(lambda leaf: leaf[:checked], cells)
    gross = jax.vmap(lambda y, k: jnp.array(changes) @ ef.fluxes(rhs, k, y))(y, k)
    return float(jnp.max(abs(found.astype(expected.dtype) - expected)[:checked] / gross))


if __name__ == "__main__":
    (double, single), error = compare()
    print(f"float64: {double:.0f} ns a cell\nfloat32: {single:.0f} ns a cell, error {error:.1e} of the gross sum")
