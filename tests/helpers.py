"""Shared pieces of the test suite."""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest

SHARED = Path(os.environ.get("EQXFUSE_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def shared(relative: str) -> Path:
    """A file of the shared data; skips the test where the data is absent."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"needs {relative} of the shared reference data, which is not at {SHARED}")
    return path


BACKENDS = ("vectorized", "jax", *(["llvm"] if importlib.util.find_spec("llvmlite") else []))
"""Every backend that is installed; one specification runs over all of them."""


def direct(network, y, k):
    """dy/dt, the sum of absolute terms, and the number of terms of each species, reaction by reaction.

    Written without programs or kernels, in the widest floats of the platform; `k` in the units of the state.
    """
    y, k = np.asarray(y, np.longdouble), np.asarray(k, np.longdouble)
    derivative, gross = np.zeros_like(y), np.zeros_like(y)
    terms = np.zeros(len(y), dtype=int)
    for j, reaction in enumerate(network.reactions):
        rate = k[j]
        for name in reaction.factors:
            rate = rate * y[network.index(name)]
        for name, change in reaction.net_change:
            i = network.index(name)
            derivative[i] += change * rate
            gross[i] += abs(change * rate)
            terms[i] += 1
    return derivative, gross, terms


def random_state(network, seed=0):
    """Abundances and coefficients over many orders of magnitude."""
    rng = np.random.default_rng(seed)
    y = 10.0 ** rng.uniform(-12, -1, len(network.species))
    k = 10.0 ** rng.uniform(-14, -3, len(network.reactions))
    return y, k


def assert_rounding(result, network, y, k, factor=4e-15):
    """The result is dy/dt to within `factor` times the number of terms times their absolute sum."""
    expected, gross, terms = direct(network, y, k)
    error = np.abs(np.asarray(result, np.longdouble) - expected)
    tiny = np.finfo(np.asarray(result).dtype).tiny
    excess = error > factor * np.maximum(terms, 1) * gross + tiny
    worst = int(np.argmax(error / np.maximum(gross, tiny)))
    assert not excess.any(), f"{network.species_names[worst]}: error {error[worst]}, gross {gross[worst]}"
