"""Curves over time that are known within bounds."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import jax.numpy as jnp
import numpy as np

from eqxfuse._chemistry.constants import YEAR
from eqxfuse._plot.curves import State, plot

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def bands(times: np.ndarray, curves: Mapping[str, np.ndarray], state: State, ax: "Axes | None" = None) -> "Axes":
    """For each species a curve with a band: `curves` [3, times] are lower limit, middle and upper limit over `times`
    [s].

    Draws on `ax`, or on a new figure of pyplot. Raises `ImportError` where Matplotlib is missing.
    """
    ax = plot(jnp.asarray(times), {name: middle for name, (_, middle, _) in curves.items()}, state, ax)
    lines = ax.get_lines()[-len(curves) :]
    bottom = ax.get_ylim()[0]
    for line, (low, _, high) in zip(lines, curves.values(), strict=True):
        shown = (times > 0) & (high > 0)
        low = np.maximum(low, bottom)[shown]
        ax.fill_between(times[shown] / YEAR, low, high[shown], color=line.get_color(), alpha=0.2, lw=0)
    return ax
