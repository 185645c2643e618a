"""Python threads that build and call kernels at the same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from tests.helpers import BACKENDS

THREADS = 4


@pytest.mark.parametrize("backend", BACKENDS)
def test_threads_build_and_call_kernels_at_once(backend, tmp_path, monkeypatch):
    """The same networks in every thread, from an empty cache: all get what one thread gets."""
    monkeypatch.setenv("EQXFUSE_CACHE_DIR", str(tmp_path))
    sizes = ((8, 15), (11, 25))
    together = Barrier(THREADS)

    def work(thread: int):
        results = []
        for species, reactions in sizes:
            network = ef.networks.synthetic(species, reactions, seed=5)
            together.wait(60)
            rhs = ef.FusedRHS(network, backend=backend)
            k, y = jnp.linspace(0.1, 1.0, reactions), jnp.linspace(0.2, 1.2, species)
            f = jax.jit(jax.vmap(lambda v, rhs=rhs, k=k: rhs(0.0, v, ef.RateCoefficients(k))))
            results.append(np.asarray(f(y * jnp.linspace(1.0, 2.0, 50)[:, None])))
        return results

    with ThreadPoolExecutor(THREADS) as pool:
        first, *others = pool.map(work, range(THREADS))
    for other in others:
        for expected, found in zip(first, other, strict=True):
            np.testing.assert_array_equal(found, expected)
    assert all(np.all(np.isfinite(result)) for result in first)


def test_threads_solve_at_once():
    network = ef.networks.robertson()
    rhs = ef.FusedRHS(network)
    y0 = jnp.array([1.0, 0.0, 0.0])

    def work(scale: float):
        k = jnp.array([0.04, 3e7, 1e4]) * scale
        return np.asarray(ef.solve(rhs, ef.RateCoefficients(k), y0, 1e4, saveat=5).abundances)

    scales = np.linspace(0.5, 2.0, 12)
    with ThreadPoolExecutor(THREADS) as pool:
        together = list(pool.map(work, scales))
    for scale, found in zip(scales, together, strict=True):
        np.testing.assert_array_equal(found, work(scale))
