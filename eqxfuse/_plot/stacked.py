"""Shares of a whole, stacked over an axis."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from eqxfuse._plot.style import COLOURS, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHOWN = 0.03
"""Terms that never reach this share are summed up as one."""


def stacked(x: np.ndarray, terms: Mapping[str, np.ndarray], xlabel: str, ax: "Axes | None" = None) -> "Axes":
    """Terms [points] of either sign over `x` [points] on a logarithmic axis: those above zero as shares of their sum
    upwards, those below zero as shares of theirs downwards.

    Draws on `ax`, or on a new figure of pyplot. Raises `ImportError` where Matplotlib is missing.
    """
    ax = new_axes() if ax is None else ax
    shown = x > 0
    names, values = list(terms), np.array([terms[name] for name in terms])[:, shown]
    parts = [np.maximum(sign * values, 0.0) for sign in (1.0, -1.0)]
    shares = [part / np.maximum(part.sum(axis=0), np.finfo(float).tiny) for part in parts]
    large = np.maximum(*(share.max(axis=1, initial=0.0) for share in shares)) >= _SHOWN
    for share, sign in zip(shares, (1.0, -1.0), strict=True):
        rest = share[~large].sum(axis=0, keepdims=True)
        heights = sign * np.cumsum(np.concatenate([share[large], rest]), axis=0)
        below = np.concatenate([np.zeros((1, heights.shape[1])), heights[:-1]])
        labels = [*(name for name, own in zip(names, large, strict=True) if own), "others"]
        colours = [*(COLOURS[i % len(COLOURS)] for i in range(len(labels) - 1)), "0.8"]
        for low, high, label, colour, i in zip(below, heights, labels, colours, range(len(labels)), strict=True):
            hatch = "//" if i >= len(COLOURS) and label != "others" else None
            ax.fill_between(x[shown], low, high, color=colour, hatch=hatch, lw=0, label=label if sign > 0 else None)
    ax.axhline(0, color="0.2", lw=0.8)
    ax.set(xscale="log", ylim=(-1.0, 1.0), xlabel=xlabel, ylabel="share of cooling | share of heating")
    if shown.sum() > 1:
        ax.set_xlim(x[shown][0], x[shown][-1])
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8)
    ax.spines[["top", "right"]].set_visible(False)
    return ax
