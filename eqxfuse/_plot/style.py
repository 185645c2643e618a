"""What all pictures share."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 7.6
"""Of all figures [inches]."""

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#3fa7d6", "#7a5195", "#8c6d00", "#444444")
"""After Okabe & Ito (2008), whose colours all kinds of colour vision tell apart, darkened for white paper."""


def import_matplotlib(module: str) -> Any:
    """A module of Matplotlib. Raises `ImportError` that says what to install."""
    try:
        return importlib.import_module(f"matplotlib.{module}")
    except ImportError as missing:
        raise ImportError("plots need matplotlib: pip install 'eqxfuse[plot]'") from missing


def new_axes(height: float = 5.0) -> "Axes":
    """A figure of pyplot with one pair of axes, `height` inches high."""
    _, ax = import_matplotlib("pyplot").subplots(figsize=(WIDTH, height), layout="constrained")
    return ax


def save_figure(path: str | Path | IO[bytes], draw: "Callable[[Figure], Axes]", height: float, title: str = "") -> None:
    """What `draw` draws on a figure, as a picture file (PNG for one that is open already), without touching pyplot's
    windows; `title` stands above the axes that it returns.
    """
    figure = import_matplotlib("figure").Figure(figsize=(WIDTH, height), dpi=160, layout="constrained")
    draw(figure).set_title(title, fontsize=10, loc="left")
    figure.savefig(path)
