"""A progress bar for solves that cover many decades of time."""

from typing import Any

import diffrax
import jax.numpy as jnp

DECADES = 6
"""How many decades before the end the bar starts to move; also the span of default output times."""


class LogProgressMeter(diffrax.AbstractProgressMeter):
    """Shows how many of the last `DECADES` decades of time are done, on `meter` (a tqdm bar on stderr).

    Stiff chemistry takes as many steps for each decade: a bar that is linear in time would stand at zero for
    nearly all of the work.
    """

    meter: diffrax.AbstractProgressMeter = diffrax.TqdmProgressMeter(refresh_steps=5)

    def init(self) -> Any:
        return self.meter.init()

    def step(self, state: Any, progress: Any) -> Any:
        """`progress` is the part of the time interval that is done, in [0, 1]."""
        decades = jnp.log10(jnp.maximum(progress, 10.0**-DECADES)) / DECADES
        return self.meter.step(state, 1 + decades)

    def close(self, state: Any) -> None:
        self.meter.close(state)
