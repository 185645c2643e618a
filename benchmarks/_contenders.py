"""Right-hand sides to compare: our backends and, where it can be imported, carbox."""

import contextlib
import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

import eqxfuse as ef
from benchmarks._networks import Case

CONDITIONS = ef.Conditions(temperature=250.0, density=1e4, zeta=1.3e-17, av=3.0)

_CARBOX_FORMATS = {"latent": "latent_tgas", "small": "uclchem", "gas": "uclchem", "rate22": "umist"}


@dataclass(frozen=True)
class Contender:
    """`f(y, x)` with an example of each; `preparation` holds seconds spent before tracing."""

    name: str
    f: Callable
    y: jnp.ndarray
    x: jnp.ndarray
    preparation: dict[str, float]


def ours(network: ef.Network, backend: Any) -> Contender:
    """`FusedRHS` with precomputed coefficients."""
    start = time.perf_counter()
    rhs = ef.FusedRHS(network, backend=backend)
    lowering = time.perf_counter() - start
    coefficients = rhs.precompute(CONDITIONS)
    y = jnp.asarray(10.0 ** np.random.default_rng(0).uniform(-12, -4, len(network.species)))
    return Contender(
        backend, lambda v, k: rhs(0.0, v, ef.RateCoefficients(k)), y, coefficients.k, {"construction": lowering}
    )


def carbox(case: Case) -> Iterator[Contender]:
    """carbox's `JNetwork`, which evaluates its rates from the temperature in every call."""
    try:
        from carbox.parsers.unified_parser import UnifiedChemicalParser  # pyright: ignore[reportMissingImports]
    except ImportError:
        return
    if case.name not in _CARBOX_FORMATS:
        return
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        network = UnifiedChemicalParser().parse(str(case.file), _CARBOX_FORMATS[case.name])
        ode = network.get_ode()
    construction = time.perf_counter() - start
    y = jnp.asarray(10.0 ** np.random.default_rng(0).uniform(-12, -4, len(network.species)))
    yield Contender(
        "carbox", lambda v, t: ode(0.0, v, t, 1e4, 1.0, 1.7, 3.0), y, jnp.asarray(250.0), {"construction": construction}
    )
