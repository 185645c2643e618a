"""The order conditions of Rosenbrock methods: Hairer & Wanner, Solving ODEs II, section IV.7."""

from functools import cache
from math import prod

import numpy as np

from eqxfuse._solvers.tableau import RosenbrockTableau

Tree = tuple  # a rooted tree is the sorted tuple of the trees that hang from its root


class Butcher:
    """A method in its untransformed coefficients: alpha, beta = alpha + gamma, and the weights b."""

    def __init__(self, tableau: RosenbrockTableau):
        gammas = np.linalg.inv(np.eye(tableau.stages) / tableau.gamma - tableau.c)
        self.tableau, self.gammas = tableau, gammas
        self.alpha = tableau.a @ gammas
        self.beta = self.alpha + gammas

    @property
    def weights(self) -> np.ndarray:
        return self.tableau.weights @ self.gammas

    @property
    def embedded(self) -> np.ndarray:
        return self.tableau.a[-1] @ self.gammas

    def dense(self, theta: float) -> np.ndarray:
        """Weights of the dense output at `theta`."""
        powers = theta ** np.arange(len(self.tableau.dense))
        inner = powers @ self.tableau.dense
        return theta * (self.tableau.weights + (1 - theta) * inner) @ self.gammas

    def defect(self, weights: np.ndarray, order: int, theta: float = 1.0) -> float:
        """How far `weights` are from fulfilling the conditions of exactly this order."""
        residuals = [weights @ self._elementary(t) - theta**order / _density(t) for t in trees(order)]
        return float(np.max(np.abs(residuals)))

    def at_infinity(self, weights: np.ndarray) -> float:
        """The stability function in the limit of infinite stiffness."""
        return float(1 - weights @ np.linalg.solve(self.beta, np.ones(len(weights))))

    def amplification(self, z: complex) -> float:
        """Absolute value of the stability function."""
        stages = np.linalg.solve(np.eye(len(self.beta)) - z * self.beta, np.ones(len(self.beta)))
        return float(abs(1 + z * self.weights @ stages))

    def _elementary(self, tree: Tree) -> np.ndarray:
        if len(tree) == 1:
            return self.beta @ self._elementary(tree[0])
        return prod((self.alpha @ self._elementary(branch) for branch in tree), start=np.ones(len(self.alpha)))


@cache
def trees(size: int) -> frozenset[Tree]:
    return frozenset(tuple(sorted(branches)) for branches in _forests(size - 1))


def _forests(size: int):
    if size == 0:
        yield ()
    for first in range(1, size + 1):
        for tree in trees(first):
            for rest in _forests(size - first):
                yield (tree, *rest)


def _size(tree: Tree) -> int:
    return 1 + sum(map(_size, tree))


def _density(tree: Tree) -> int:
    return _size(tree) * prod(map(_density, tree))
