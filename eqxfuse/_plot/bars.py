"""Ranked numbers as horizontal bars."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eqxfuse._plot.style import COLOURS, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW = 0.28
"""Height of a bar with its gap [inches]."""


def bars(labels: Sequence[str], values: Sequence[float], xlabel: str, ax: "Axes | None" = None) -> "Axes":
    """A bar for each label, the first on top, in one colour above zero and in another below.

    Draws on `ax`, or on a new figure of pyplot. Raises `ImportError` where Matplotlib is missing.
    """
    ax = new_axes(1.0 + _ROW * len(labels)) if ax is None else ax
    rows = range(len(labels))
    ax.barh(rows, values, height=0.72, color=[COLOURS[value < 0] for value in values])
    ax.set_yticks(rows, labels, fontsize=9)
    ax.set(xlabel=xlabel, ylim=(len(labels) - 0.4, -0.6))
    ax.axvline(0, color="0.3", lw=0.8)
    ax.grid(axis="x", color="0.9", lw=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right", "left"]].set_visible(False)
    return ax
