"""What every cell of a grid shares."""

from typing import Any

import diffrax
import equinox as eqx

from eqxfuse._fused import FusedRHS
from eqxfuse._solve import integrate
from eqxfuse._trajectory import Trajectory


class Integration(eqx.Module):
    """`integration(conditions, y0)` is one solve."""

    rhs: FusedRHS
    span: tuple[Any, Any]
    times: Any
    tolerances: tuple[Any, Any]
    solver: diffrax.AbstractSolver
    max_steps: int

    def __call__(self, conditions, y0) -> Trajectory:
        shared = (self.span, self.times, self.tolerances, self.solver)
        adjoint, meter = diffrax.RecursiveCheckpointAdjoint(), diffrax.NoProgressMeter()
        return integrate(self.rhs, conditions, y0, *shared, adjoint, self.max_steps, meter)
