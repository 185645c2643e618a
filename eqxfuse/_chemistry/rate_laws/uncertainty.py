"""How well a rate coefficient is known."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """ln k is normal with the standard deviation ln F, where F(T) = factor exp(slope |1/T - 1/300 K|).

    So k lies between k/F and k F with a probability of 68 % (Wakelam et al. 2005, A&A 444, 883; 2012, ApJS
    199, 21). `factor` is 1 or more, `slope` in K. Raises `ValueError`.
    """

    factor: float
    slope: float = 0.0

    def __post_init__(self):
        if not (1.0 <= self.factor < math.inf and math.isfinite(self.slope)):
            raise ValueError(
                f"an uncertainty is a factor of 1 or more, with a finite slope, got {self.factor!r} and {self.slope!r}"
            )

    def at(self, temperature: float) -> float:
        """F at a temperature [K]: never less than 1."""
        return max(1.0, self.factor * math.exp(self.slope * abs(1.0 / temperature - 1.0 / 300.0)))
