"""A rate law with the range of temperatures it was fitted in."""

import math
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from eqxfuse._chemistry.rate_laws.law import RateLaw
from eqxfuse._chemistry.rate_laws.uncertainty import Uncertainty

OutOfRange: TypeAlias = Literal["extrapolate", "bounded", "clamp", "zero"]
"""What a coefficient is below the lowest and above the highest of its ranges: the formula of the nearest fit at the
temperature itself (`extrapolate`), its value at the limit (`clamp`), the smaller of the two (`bounded`), or 0 (`zero`).
In a gap between two ranges it is always the nearest fit at its limit.

Clamping lets reactions with a barrier run in cold gas; extrapolating lets coefficients that rise towards low
temperatures grow beyond what was measured; `bounded` does neither."""


@dataclass(frozen=True, slots=True)
class Fit:
    """`law` holds for t_min <= T <= t_max [K]."""

    law: RateLaw
    t_min: float = 0.0
    t_max: float = math.inf
    uncertainty: Uncertainty | None = field(default=None, compare=False)
    """None where none was stated. Fits that differ in nothing else are equal."""

    def __post_init__(self):
        if not 0.0 <= self.t_min <= self.t_max:
            raise ValueError(f"a fit needs 0 <= t_min <= t_max, got [{self.t_min}, {self.t_max}]")
