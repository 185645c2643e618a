"""Two panels over one axis: state of the gas above, abundances below."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from eqxfuse._plot.curves import State, draw
from eqxfuse._plot.style import COLOURS, import_matplotlib

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def zones(
    x, xlabel: str, above: Mapping[str, np.ndarray], curves: Mapping[str, np.ndarray], state: State
) -> "Sequence[Axes]":
    """`above` [points] by their labels, each in a panel of its own, and below them the `curves` of species over `x`
    [points], all logarithmic. Returns the axes from top to bottom. Raises `ImportError` where Matplotlib is missing.
    """
    heights = [*(1.0 for _ in above), 1.6]
    pyplot = import_matplotlib("pyplot")
    _, axes = pyplot.subplots(
        len(heights), sharex=True, figsize=(7.6, 2.2 * sum(heights)), layout="constrained", height_ratios=heights
    )
    for ax, (label, values) in zip(axes, above.items(), strict=False):
        ax.plot(x, values, color=COLOURS[-1], lw=1.6)
        ax.set(yscale="log", ylabel=label)
        ax.grid(which="major", color="0.9", lw=0.6)
        ax.spines[["top", "right"]].set_visible(False)
    draw(axes[-1], x, curves, state, xlabel)
    return axes
