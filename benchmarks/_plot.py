"""The plot of work and precision."""

from pathlib import Path

import numpy as np

COLOURS = {
    "eqxfuse Rodas5P": "#0072B2",
    "eqxfuse Rodas4": "#56B4E9",
    "eqxfuse.solve": "#009E73",
    "diffrax Kvaerno5": "#CC79A7",
    "CVODE KLU": "#D55E00",
    "CVODE LAPACK": "#E69F00",
    "scipy BDF": "#999999",
    "scipy LSODA": "#555555",
    "carbox Kvaerno5+LU": "#000000",
}
TITLES = {
    "gas": "UCLCHEM gas phase: 163 species, 2227 reactions",
    "rate22": "UMIST RATE22: 737 species, 8767 reactions",
}


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
        ax.margins(x=0.18)
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
    if not points:
        return
    colour = COLOURS.get(solver, "#444444")
    dashed = not solver.startswith("eqxfuse")
    ax.plot(*zip(*points, strict=True), "o--" if dashed else "o-", color=colour, markersize=4, label=solver)
    ax.annotate(
        solver, points[0], xytext=(4, 6), textcoords="offset points", color=colour, fontsize=9, ha="left", va="bottom"
    )
