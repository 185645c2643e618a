"""The reference problems: networks with fixed coefficients and their trajectories at very small tolerances."""

from dataclasses import dataclass
from functools import cached_property

import jax.numpy as jnp
import numpy as np

import eqxfuse as ef
from benchmarks._networks import SHARED

THRESHOLDS = (1e-8, 1e-10, 1e-12)
"""Abundances above which a species counts in an error."""

NAMES = ("gas", "rate22")


@dataclass(frozen=True, eq=False)
class Problem:
    """dy/dt with constant coefficients `k` [reactions] from y0 [species] through `times` [s].

    `k` is multiplied by n_H^(m-1), as `RateCoefficients` holds it. `reference` [times, species].
    """

    name: str
    network: ef.Network
    k: np.ndarray
    y0: np.ndarray
    times: np.ndarray
    reference: np.ndarray

    @property
    def args(self) -> ef.RateCoefficients:
        return ef.RateCoefficients(jnp.asarray(self.k))

    @cached_property
    def rhs(self) -> ef.FusedRHS:
        return ef.FusedRHS(self.network)


def path(name: str):
    return SHARED / "reference" / f"solve_{name}.npz"


def load(name: str) -> Problem:
    """ "gas" or "rate22"."""
    with np.load(path(name)) as file:
        coefficients = file["rate_coefficients"]
        network = ef.Network.from_reactions(
            file["reaction"].tolist(), coefficients.tolist(), species=[ef.Species(s) for s in file["species"].tolist()]
        )
        k = coefficients * float(file["density"]) ** (network.orders - 1.0)
        return Problem(name, network, k, file["y0"], file["t"], file["y"])


def start(name: str, network: ef.Network) -> tuple[np.ndarray, float]:
    """Abundances [species] of a problem's start in the order of `network`, and its last time [s]."""
    with np.load(path(name)) as file:
        abundances = dict(zip(file["species"].tolist(), file["y0"].tolist(), strict=True))
        return np.array([abundances[species] for species in network.species_names]), float(file["t"][-1])


def errors(y: np.ndarray, reference: np.ndarray) -> dict[float, float]:
    """The largest relative error over the species whose reference [species] is above each threshold."""
    return {bound: float(np.max(np.abs(y / reference - 1)[reference > bound])) for bound in THRESHOLDS}
