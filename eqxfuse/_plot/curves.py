"""Curves over time."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.constants import YEAR
from eqxfuse._plot.formula import formula
from eqxfuse._plot.style import COLOURS, new_axes, save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINE_STYLES = ("-", "--", "-.", ":")
DECADES = 14
"""How far down the y axis goes from the largest value, at most."""

State = Literal["abundance", "density"]
LABELS = {
    "abundance": r"abundance  $n_i\,/\,n_\mathrm{H}$",
    "density": r"number density  $n_i$  [cm$^{-3}$]",
}
LABEL_GAP = 0.042
"""Smallest distance between labels, as a part of the height of the axes."""


def plot(
    times: Float[Array, "times"],
    curves: Mapping[str, Float[Array, "times"]],
    state: State,
    ax: "Axes | None" = None,
) -> "Axes":
    """Curves by species name against `times` [s] on logarithmic axes, in years, each named at its end.

    Draws on `ax`, or on a new figure of pyplot. Raises `ImportError` where Matplotlib is missing.
    """
    ax = new_axes() if ax is None else ax
    draw(ax, np.asarray(times) / YEAR, curves, state, "time  [yr]")
    return ax


def draw(ax: "Axes", x: np.ndarray, curves: Mapping[str, Any], state: State, xlabel: str) -> None:
    """Curves by species name over `x` on logarithmic axes, where `x` is above zero, each named at its end."""
    shown = x > 0
    x = x[shown]
    lines = [np.where(values > 0, values, np.nan)[shown] for values in map(np.asarray, curves.values())]
    ax.set(xscale="log", yscale="log", ylim=limits(lines), xlabel=xlabel, ylabel=LABELS[state])
    if len(x) > 1:
        ax.set_xlim(x[0], x[-1])
    for i, (name, values) in enumerate(zip(curves, lines, strict=True)):
        style = LINE_STYLES[i // len(COLOURS) % len(LINE_STYLES)]
        ax.plot(x, values, style, color=COLOURS[i % len(COLOURS)], lw=1.6, label=formula(name))
    ax.grid(which="major", color="0.9", lw=0.6)
    ax.spines[["top", "right"]].set_visible(False)
    _name_ends(ax)


def save_plot(path: str | Path | IO[bytes], times, curves, state, title: str = "") -> None:
    """`plot` as a picture file (PNG for one that is open already), without touching pyplot's windows."""
    save_figure(path, lambda figure: plot(times, curves, state, figure.add_subplot()), 5.0, title)


def limits(lines: Iterable[np.ndarray]) -> tuple[float, float]:
    """Whole decades around the positive values, `DECADES` of them at most."""
    values = np.concatenate([line[np.isfinite(line)] for line in lines] or [np.ones(1)])
    if not len(values):
        return 1e-3, 1.0
    high = np.ceil(np.log10(values.max()) + 0.1)
    low = max(np.floor(np.log10(values.min())), high - DECADES)
    return 10.0**low, 10.0**high


def _name_ends(ax: "Axes") -> None:
    """Write the name of each line beside its last point, moved apart where two would touch."""
    low, high = np.log10(ax.get_ylim())
    lines = [line for line in ax.get_lines() if np.isfinite(line.get_ydata()).any()]
    ends = [np.log10(y[np.isfinite(y)][-1]) for y in (np.asarray(line.get_ydata()) for line in lines)]
    heights = np.clip((np.array(ends) - low) / (high - low), 0, 1)
    for line, height, place in zip(lines, heights, apart(heights), strict=True):
        ax.annotate(
            str(line.get_label()),
            xy=(1, height),
            xytext=(1.035, place),
            xycoords="axes fraction",
            textcoords="axes fraction",
            va="center",
            color=line.get_color(),
            fontsize=9,
            arrowprops={"arrowstyle": "-", "color": line.get_color(), "lw": 0.7, "shrinkB": 0, "relpos": (0, 0.5)},
        )


def apart(heights: Sequence[float]) -> np.ndarray:
    """The nearest heights in [0, 1], in the same order, with `LABEL_GAP` between them (less when they are too many)."""
    order = np.argsort(heights)
    gap = min(LABEL_GAP, 1 / max(len(heights) - 1, 1))
    steps = gap * np.arange(len(heights))
    blocks: list[list[float]] = []  # without the steps, heights must not fall: pool those that do
    for height in np.asarray(heights)[order] - steps:
        blocks.append([height])
        while len(blocks) > 1 and np.mean(blocks[-2]) >= np.mean(blocks[-1]):
            last = blocks.pop()
            blocks[-1] += last
    level = np.concatenate([np.full(len(block), np.mean(block)) for block in blocks] or [np.zeros(0)])
    apart = np.empty(len(heights))
    apart[order] = np.clip(level, 0, max(1 - steps[-1:].sum(), 0)) + steps
    return apart
