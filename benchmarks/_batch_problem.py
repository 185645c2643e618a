"""A reference problem at many temperatures, with the rate coefficients of the network's file."""

from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np

import eqxfuse as ef
from benchmarks._networks import CASES
from benchmarks._problems import Problem, start

CONDITIONS = {
    "gas": ef.Conditions(temperature=250.0, density=1e4, zeta=1.3e-17, av=3.0),
    "rate22": ef.Conditions(temperature=10.0, density=2e4, zeta=1.36e-17, av=10.0),
}
CHECKED = {"gas": 32, "rate22": 6}
"""Cells that are compared with a reference, evenly spread over the batch."""


@dataclass(frozen=True, eq=False)
class Batch:
    """`problem` (whose own coefficients and reference do not count) with coefficients `k` [cells, reactions]."""

    problem: Problem
    k: np.ndarray

    @property
    def checked(self) -> np.ndarray:
        """Positions of the cells that are compared."""
        return np.linspace(0, len(self.k) - 1, min(CHECKED[self.problem.name], len(self.k))).round().astype(int)


def load(problem: Problem, cells: int) -> Batch:
    """`cells` temperatures from 10 to 300 K; rates that depend on abundances are taken unshielded."""
    network = CASES[problem.name].make()
    rhs = ef.FusedRHS(network, backend="vectorized")
    conditions = CONDITIONS[problem.name]

    def coefficients(temperature):
        return rhs.precompute(replace(conditions, temperature=temperature)).k

    k = jax.jit(jax.vmap(coefficients))(jnp.linspace(10.0, 300.0, cells))
    y0, _ = start(problem.name, network)
    return Batch(replace(problem, network=constant(network), y0=y0), np.asarray(k))


def constant(network: ef.Network) -> ef.Network:
    """The same reactions with coefficients that nothing changes, so that they can be put in."""
    fits = (ef.rate_laws.Fit(ef.rate_laws.Constant(0.0)),)
    return ef.Network(network.species, tuple(replace(reaction, fits=fits) for reaction in network.reactions))
