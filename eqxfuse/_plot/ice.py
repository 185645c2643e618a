"""What ice is made of, over time."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eqxfuse._chemistry.constants import YEAR
from eqxfuse._plot.curves import State
from eqxfuse._plot.formula import formula
from eqxfuse._plot.style import COLOURS, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHOWN = 0.02
"""Species that never make this part of the ice are summed up as one."""
_MOST = len(COLOURS)
_SEEN = 1e-3
"""The axis of time begins where this part of the most ice is there."""
_LABELS = {"abundance": r"ice  $n_i\,/\,n_\mathrm{H}$", "density": r"ice  $n_i$  [cm$^{-3}$]"}


def plot_ice(
    times: Any,
    amounts: Mapping[str, Any],
    state: State,
    shown: Sequence[str] | None,
    reference: str,
    ax: "Axes | None" = None,
) -> "Axes":
    """Amounts [times] of ice by species, stacked over `times` [s] on a logarithmic axis in years; the legend has them
    at the end in percent of the `reference`, where there is any.

    The species `shown` (None: the largest) stand from the lowest up, the others together above them. Draws on `ax`, or
    on a new figure of pyplot. Raises `ImportError` where Matplotlib is missing.
    """
    ax = new_axes() if ax is None else ax
    years = np.asarray(times) / YEAR
    reached = (years > 0) & np.all([np.isfinite(np.asarray(values)) for values in amounts.values()], axis=0)
    ices = {name: np.maximum(np.asarray(values)[reached], 0.0) for name, values in amounts.items()}
    names = _largest(ices) if shown is None else list(shown)
    rest = sum((values for name, values in ices.items() if name not in names), np.zeros(int(reached.sum())))
    rows = [*(ices[name] for name in names), *([rest] if len(names) < len(ices) else [])]
    whole = ices.get(reference, np.zeros(0))[-1:]
    labels = [*map(formula, names), "others"][: len(rows)]
    tops = np.cumsum(rows, axis=0)
    for i, (label, row, top) in enumerate(zip(labels, rows, tops, strict=True)):
        percent = f"  {100.0 * row[-1] / whole[0]:.3g} %" if whole.sum() > 0 else ""
        colour = COLOURS[i % len(COLOURS)] if i < len(names) else "0.8"
        ax.fill_between(years[reached], top - row, top, color=colour, lw=0, label=label + percent)
    ax.set(xscale="log", xlabel="time  [yr]", ylabel=_LABELS[state])
    ax.set_ylim(0.0, 1.05 * tops[-1].max(initial=0.0) or 1.0)
    ax.ticklabel_format(axis="y", scilimits=(0, 0), useMathText=True)
    there = years[reached][tops[-1] > _SEEN * tops[-1].max(initial=0.0)]
    if len(there) > 1:
        ax.set_xlim(there[0], there[-1])
    handles, texts = ax.get_legend_handles_labels()
    title = f"at the end, of {formula(reference)}" if whole.sum() > 0 else None
    ax.legend(handles[::-1], texts[::-1], title=title, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _largest(ices: Mapping[str, np.ndarray]) -> list[str]:
    """Species that make more than `_SHOWN` of the ice once half of it is there, largest at the end first."""
    whole = np.sum(list(ices.values()), axis=0)
    there = whole >= 0.5 * np.max(whole, initial=0.0)
    last = {name: float(values[-1]) for name, values in ices.items() if np.any(values[there] > _SHOWN * whole[there])}
    return sorted(last, key=lambda name: -last[name])[:_MOST]
