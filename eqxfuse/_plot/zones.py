"""Panels over one axis: the state of the gas above, abundances below."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eqxfuse._plot.curves import State, draw
from eqxfuse._plot.style import COLOURS, WIDTH, import_matplotlib

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PANEL, _LOWEST = 2.2, 3.4
"""Heights [inches]."""


def zones(
    x: np.ndarray,
    xlabel: str,
    above: Mapping[str, Any],
    curves: Mapping[str, Any],
    state: State,
    figure: "Figure | None" = None,
) -> "Sequence[Axes]":
    """`above` [points] by their labels, each in a panel of its own, and below them the `curves` of species, over `x`
    [points]; all logarithmic.

    Draws on `figure`, or on a new one of pyplot, and returns the axes from top to bottom. Raises `ImportError` where
    Matplotlib is missing.
    """
    if figure is None:
        made = import_matplotlib("pyplot").figure(figsize=(WIDTH, zones_height(len(above))), layout="constrained")
    else:
        made = figure
    heights = [*(_PANEL for _ in above), _LOWEST]
    axes = made.subplots(len(heights), sharex=True, height_ratios=heights)
    for ax, (label, values) in zip(axes, above.items(), strict=False):
        ax.plot(x, values, color=COLOURS[-1], lw=1.6)
        ax.set(yscale="log", ylabel=label)
        ax.grid(which="major", color="0.9", lw=0.6)
        ax.spines[["top", "right"]].set_visible(False)
    draw(axes[-1], x, curves, state, xlabel)
    return axes


def zones_height(above: int) -> float:
    """Height [inches] of a figure with so many panels above."""
    return _PANEL * above + _LOWEST
