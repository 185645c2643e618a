"""Who is faster at the same error."""

import math
from collections.abc import Callable

from benchmarks._report import seconds

TARGETS = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)


def at_equal_error(records: list[dict], error: Callable[[dict], float]) -> list[dict]:
    """For each target the `time` of each solver's fastest record with an error of at most that.

    `peer/ours` is the best of CVODE over the best of ours, where both reach the target.
    """
    rows = []
    for target in TARGETS:
        best = {r["solver"]: math.inf for r in records}
        for r in records:
            if error(r) <= target:
                best[r["solver"]] = min(best[r["solver"]], r["time"])
        peer, ours = _least(best, "CVODE"), _least(best, "eqxfuse")
        ratio = peer / ours if math.isfinite(peer) and math.isfinite(ours) else None
        found = {name: t if math.isfinite(t) else None for name, t in best.items()}
        rows.append({"error": target, **found, "CVODE/ours": ratio})
    return rows


def readable(rows: list[dict]) -> list[dict[str, str]]:
    """For `table`."""
    return [{name: _cell(name, value) for name, value in row.items()} for row in rows]


def _cell(name: str, value: float | None) -> str:
    if name == "error":
        return f"{value:g}"
    if name == "CVODE/ours":
        return "-" if value is None else f"{value:.2f}"
    return seconds(value)


def _least(times: dict[str, float], start: str) -> float:
    return min((t for name, t in times.items() if name.startswith(start)), default=math.inf)
