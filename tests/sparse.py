"""Sparse matrices for tests."""

import numpy as np
import pytest

from eqxfuse._kernels.cpu.host import host
from eqxfuse._program.lu_plan import LUPlan
from eqxfuse._program.pattern import Pattern
from eqxfuse.errors import BackendUnavailable


def _why_not_native() -> str:
    try:
        host()
    except BackendUnavailable as reason:
        return str(reason)
    return ""


needs_native = pytest.mark.skipif(bool(_why_not_native()), reason=_why_not_native() or "native kernels run")


def random_pattern(size: int, density: float, seed: int = 0) -> Pattern:
    """Each element off the diagonal is stored with probability `density`."""
    chosen = np.random.default_rng(seed).random((size, size)) < density
    return Pattern.from_rows([np.flatnonzero(row).tolist() for row in chosen])


def network_like_pattern(size: int, seed: int = 0) -> Pattern:
    """A few hubs that meet every row and column, as in a chemical network; the rest thin."""
    chosen = np.random.default_rng(seed).random((size, size)) < 2.0 / size
    hubs = np.random.default_rng(seed + 1).choice(size, max(1, size // 10), replace=False)
    chosen[hubs, :] = chosen[:, hubs] = True
    return Pattern.from_rows([np.flatnonzero(row).tolist() for row in chosen])


def dense(pattern: Pattern, values) -> np.ndarray:
    """The whole matrix."""
    matrix = np.zeros((pattern.size, pattern.size))
    matrix[pattern.rows, pattern.columns] = values
    return matrix


def losses_and_gains(pattern: Pattern, seed: int = 0) -> np.ndarray:
    """Values like those of a chemical Jacobian: columns that nearly add up to zero, over orders of magnitude."""
    rng = np.random.default_rng(seed)
    matrix = dense(pattern, 10.0 ** rng.uniform(-6, 2, pattern.stored))
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, -matrix.sum(axis=0) - 10.0 ** rng.uniform(-6, 2, pattern.size))
    return matrix[pattern.rows, pattern.columns]


def filled(plan: LUPlan) -> np.ndarray:
    """The pattern of L + U in the plan's order, by elimination on a dense table of booleans."""
    table = dense(plan.pattern, 1.0)[np.ix_(plan.order, plan.order)].astype(bool)
    for k in range(plan.size):
        below = k + 1 + np.flatnonzero(table[k + 1 :, k])
        right = k + 1 + np.flatnonzero(table[k, k + 1 :])
        table[np.ix_(below, right)] = True
    return table
