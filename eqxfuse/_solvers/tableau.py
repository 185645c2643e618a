"""The coefficients of a Rosenbrock method."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

Matrix = Float[np.ndarray, "stages stages"]
Vector = Float[np.ndarray, " stages"]


@dataclass(frozen=True, eq=False)
class RosenbrockTableau:
    """A stiffly accurate Rosenbrock method in the variables U of Hairer & Wanner, Solving ODEs II, section IV.7.

    For y' = f(t, y) with Jacobian J and a step h from (t, y), with W = I - gamma h J, stage i solves

        W U_i = gamma (h f(t + nodes_i h, y + sum_j<i a_ij U_j) + sum_j<i c_ij U_j + slopes_i h^2 df/dt),

    so no product with J is left. The result is y + sum_j weights_j U_j, and its embedded companion leaves
    out the last stage: the error estimate is U_s itself.

    Inside the step, at t + theta h, the solution is
    (1 - theta) y + theta (y1 + (1 - theta) (k_0 + theta (k_1 + ...))) with k = dense @ U.
    """

    order: int
    gamma: float
    a: Matrix  # strictly lower
    c: Matrix  # strictly lower
    nodes: Vector
    slopes: Vector
    dense: Float[np.ndarray, "terms stages"]
    source: str

    @classmethod
    def from_rows(
        cls,
        *,
        order: int,
        gamma: float,
        a: Sequence[Sequence[float]],
        c: Sequence[Sequence[float]],
        nodes: Sequence[float],
        slopes: Sequence[float],
        dense: Sequence[Sequence[float]],
        source: str,
    ) -> "RosenbrockTableau":
        """`a` and `c` as the rows below the diagonal, from the second stage on."""
        stages = len(nodes)
        return cls(
            order, gamma, _lower(a, stages), _lower(c, stages), _fixed(nodes), _fixed(slopes), _fixed(dense), source
        )

    @property
    def stages(self) -> int:
        return len(self.nodes)

    @property
    def weights(self) -> Vector:
        """Stiffly accurate: the last stage starts from the embedded solution, and its U is the correction."""
        weights = self.a[-1].copy()
        weights[-1] = 1.0
        return weights


def _lower(rows: Sequence[Sequence[float]], stages: int) -> np.ndarray:
    matrix = np.zeros((stages, stages))
    for i, row in enumerate(rows, start=1):
        if len(row) != i:
            raise ValueError(f"row {i} of a strictly lower matrix has {i} entries, got {len(row)}")
        matrix[i, :i] = row
    return _fixed(matrix)


def _fixed(values) -> np.ndarray:
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array
