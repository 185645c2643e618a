"""Coefficients drawn at random, member by member."""

import warnings
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.network import Network
from eqxfuse._rhs.coefficients import RateCoefficients
from eqxfuse._rhs.fused import FusedRHS
from eqxfuse._solve.grid import Cells
from eqxfuse.errors import Doubt

DEFAULT = 2.0
"""The factor of coefficients for which none is stated."""


class Draws:
    """k exp(z ln F) [members, reactions], where every z is normal with a standard deviation of 1; made as it is read.

    The numbers of a member follow from the seed and its position alone, whoever reads it, and with how many others.
    """

    def __init__(self, seed: int, members: int, k: np.ndarray, factors: np.ndarray):
        self.seed = seed
        self.k = k
        self.log_factors = np.log(factors)
        self.shape = (members, len(k))
        self.dtype = k.dtype

    def __getitem__(self, members: np.ndarray) -> np.ndarray:
        """[*members, reactions]"""
        return self.k * np.exp(self.log_factors * normals(self.seed, members, len(self.k)))


def normals(seed: int, members: np.ndarray, reactions: int) -> np.ndarray:
    """[*members, reactions] the z of these members."""
    flat = [np.random.default_rng([seed, int(i)]).standard_normal(reactions) for i in np.ravel(members)]
    return np.reshape(flat, (*np.shape(members), reactions))


def factors_at(network: Network, temperature: float, default: float | None) -> np.ndarray:
    """[reactions] F of every coefficient, `default` where none is stated; None is 2, with a warning. Raises
    `ValueError`.
    """
    if default is not None and not 1.0 <= default < np.inf:
        raise ValueError(f"default must be a factor of 1 or more, got {default!r}")
    factors = network.uncertainty_factors(temperature)
    unknown = np.isnan(factors)
    if unknown.any() and default is None:
        warnings.warn(
            Doubt(
                f"for {unknown.sum()} of {len(unknown)} coefficients no uncertainty is stated, and a factor of "
                f"{DEFAULT:g} is taken; to choose it",
                f"say default={DEFAULT}",
                f"give --default {DEFAULT:g}",
            ),
            stacklevel=3,
        )
    return np.where(unknown, DEFAULT if default is None else default, factors)


def members_of(
    rhs: FusedRHS, conditions: Conditions, y0: np.ndarray, members: int, seed: int, factors: np.ndarray
) -> Cells:
    """The members as cells of a grid: coefficients of their own, everything else shared."""
    nominal = rhs.precompute(conditions)
    draws = Draws(seed, members, np.asarray(nominal.k), factors)
    leaves, structure = jax.tree.flatten((RateCoefficients(jnp.zeros(()), nominal.conditions), y0))
    arrays: Sequence = [draws, *map(np.asarray, leaves[1:])]
    return Cells((members,), tuple(arrays), (False, *(True for _ in leaves[1:])), structure, np.zeros((members, 0)))
