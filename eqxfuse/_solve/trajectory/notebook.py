"""A trajectory in a notebook."""

import importlib.util
import io
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import jax.core
import numpy as np

from eqxfuse._chemistry.conditions import Conditions, in_range
from eqxfuse._chemistry.constants import YEAR
from eqxfuse._html import Html, facts, folded, html, image, table, titled
from eqxfuse._plot import save_plot
from eqxfuse._solve.outcome import names_of

if TYPE_CHECKING:
    from eqxfuse._solve.trajectory.trajectory import Trajectory

_SPECIES = 10
_WIDTH = 560


def trajectory_html(trajectory: "Trajectory") -> Html:
    """How it was made and how it ended; of one cell with the most abundant species and, with Matplotlib, their curves.

    One line while it is traced.
    """
    if any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(trajectory)):
        return html(repr(trajectory))
    parts = [facts(_facts(trajectory))]
    if trajectory.times.ndim == 1:
        last = _last(trajectory)
        shown = {trajectory.species_names[i]: i for i in np.argsort(-last, kind="stable")[:_SPECIES]}
        parts.append(_abundances(trajectory, shown, last))
        reached = np.isfinite(trajectory.abundances).all(axis=-1)
        if np.count_nonzero(reached) > 1 and importlib.util.find_spec("matplotlib"):
            parts.append(_picture(trajectory, shown))
    return titled(repr(trajectory), *parts)


def _facts(trajectory: "Trajectory") -> Iterator[tuple[str, object]]:
    origin = trajectory.origin
    if origin is not None:
        dims = f", axes {', '.join(origin.dims)}" if origin.dims else ""
        yield "network", f"{origin.network}{dims}"
        yield "conditions", _conditions(origin.conditions)
        yield "tolerances", f"rtol {in_range(origin.rtol)}, atol {in_range(origin.atol)}"
    years = np.asarray(trajectory.times) / YEAR
    yield "output times", f"{years.shape[-1]}, {years.min():.4g} to {years.max():.4g} yr" if years.size else "none"
    yield "steps", ", ".join(f"{name} {in_range(count)}" for name, count in trajectory.statistics.items())
    outcomes = Counter(np.ravel(names_of(trajectory.result)).tolist())
    yield "result", ", ".join(f"{name} {n}" if trajectory.times.ndim > 1 else name for name, n in outcomes.items())


def _conditions(conditions: Conditions | None) -> object:
    if conditions is None:
        return "coefficients, or a function of time"
    return folded(repr(conditions), Html(conditions._repr_html_()))


def _last(trajectory: "Trajectory") -> np.ndarray:
    """The state at the end: of a failed solve, where it failed."""
    return np.asarray(trajectory.abundances[-1] if trajectory.end_state is None else trajectory.end_state)


def _abundances(trajectory: "Trajectory", shown: dict[str, int], last: np.ndarray) -> Html:
    unit = {"abundance": "n/n_H", "density": "cm^-3"}[trajectory.state]
    first = np.asarray(trajectory.initial)
    rows = [(name, f"{first[i]:.3e}", f"{last[i]:.3e}") for name, i in shown.items()]
    return table((f"{trajectory.state} [{unit}]", "at the start", "at the end"), rows)


def _picture(trajectory: "Trajectory", shown: dict[str, int]) -> Html:
    curves = {name: trajectory.abundances[:, i] for name, i in shown.items()}
    file = io.BytesIO()
    save_plot(file, trajectory.times, curves, trajectory.state)
    return image(file.getvalue(), f"{', '.join(shown)} over time", _WIDTH)
