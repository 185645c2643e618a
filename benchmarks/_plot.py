"""The plot of work and precision."""

from pathlib import Path

import numpy as np

STYLES = {
    "eqxfuse Rodas5P": ("#0072b2", "right"),
    "eqxfuse Rodas4": ("#3fa7d6", "right"),
    "eqxfuse Kvaerno5": ("#009e73", "left"),
    "eqxfuse.solve": ("#7a5195", "right"),
    "diffrax Kvaerno5": ("#cc79a7", "left"),
    "CVODE KLU": ("#d55e00", "right"),
    "CVODE LAPACK": ("#8c6d00", "left"),
    "scipy BDF": ("#999999", "left"),
    "scipy LSODA": ("#555555", "left"),
    "carbox Kvaerno5+LU": ("#000000", "right"),
}
"""Colour of each curve, and on which side of its label the first point is."""

TITLES = {
    "gas": "UCLCHEM gas phase: 163 species, 2227 reactions",
    "rate22": "UMIST RATE22: 737 species, 8767 reactions",
}

REFERENCE = 3e-8
"""What the reference trajectories are stated to be good to; grey in the plot."""


def plot(results: dict[str, list[dict]], bound: float, path: Path) -> None:
    """One panel a problem; `results` holds the records of each. Each curve carries its name."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5 * len(results), 6.5), layout="constrained")
    for ax, (name, records) in zip(np.ravel(figure.subplots(1, len(results))), results.items(), strict=True):
        for solver in dict.fromkeys(r["solver"] for r in records):
            _curve(ax, solver, frontier([r for r in records if r["solver"] == solver], bound))
        ax.set(xscale="log", yscale="log", title=TITLES.get(name, name))
        ax.set_xlabel("time of one solve on one core [s]")
        ax.set_ylabel(f"largest relative error at the end, species above {bound:g}")
        ax.grid(which="major", alpha=0.3)
        ax.margins(x=0.3, y=0.08)
        ax.axhspan(0, REFERENCE, color="0.93", zorder=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


def frontier(records: list[dict], bound: float) -> list[tuple[float, float]]:
    """(time, error) of the solves that no faster one beats in error, fastest first."""
    points = sorted((r["time"], r["errors"][f"{bound:g}"]) for r in records)
    kept: list[tuple[float, float]] = []
    for time, error in points:
        if np.isfinite(error) and (not kept or error < kept[-1][1]):
            kept.append((time, error))
    return kept


def _curve(ax, solver: str, points: list[tuple[float, float]]) -> None:
    """A line through the points; its name stands at the fastest one."""
    if not points:
        return
    colour, side = STYLES.get(solver, ("#444444", "left"))
    line = "o-" if solver.startswith("eqxfuse") else "o--"
    ax.plot(*zip(*points, strict=True), line, color=colour, markersize=4)
    shift = (4 if side == "left" else -4, 5)
    ax.annotate(solver, points[0], shift, textcoords="offset points", color=colour, fontsize=9, ha=side)
