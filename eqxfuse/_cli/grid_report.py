"""What a grid says at its end, and its table of failed cells."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from eqxfuse._chemistry.constants import YEAR
from eqxfuse._cli.archive import DamagedPart, read_archive
from eqxfuse._cli.errors import CommandError
from eqxfuse._solve.durable import write_durably
from eqxfuse._solve.outcome import Outcome, from_names

_GOOD = "successful"


def report(result: Path, axes: Mapping[str, tuple[float, ...]]) -> None:
    """Print how many cells of the file `result` were solved, and list the others in a table beside it. Raises
    `CommandError` when that cannot be written, when `result` is damaged, and when no cell was solved.
    """
    outcomes, steps, ends = _read(result)
    failed = np.argwhere(outcomes != _GOOD)
    print(
        f"{outcomes.size - len(failed)} of {outcomes.size} cells solved, {steps.mean():.0f} steps each\nwrote {result}"
    )
    if not len(failed):
        return
    table = result.with_suffix(".failed.csv")
    rows = [[*(repr(values[i]) for values, i in zip(axes.values(), cell, strict=True))] for cell in failed]
    reasons = [str(outcomes[tuple(cell)]) for cell in failed]
    stopped = [f"{ends[tuple(cell)] / YEAR:.6g}" for cell in failed]
    lines = [
        ",".join([*axes, "stopped_at_yr", "reason"]),
        *(",".join([*row, end, reason]) for row, end, reason in zip(rows, stopped, reasons, strict=True)),
    ]
    try:
        write_durably(table, lambda path: path.write_text("\n".join(lines) + "\n"))
    except OSError as error:
        raise CommandError(f"cannot write {table}: {error.strerror or error}") from error
    print(f"wrote {table}")
    for reason in sorted(set(reasons)):
        print(f"{reasons.count(reason)} cells failed. Of each: {Outcome[from_names(np.array(reason))]}")
    if len(failed) == outcomes.size:
        raise CommandError(f"no cell could be solved; see {table}")


def _read(result: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How the cells ended, after how many steps, and at what time [s]."""
    try:
        arrays = read_archive(result, ["result", "statistics_steps", "end_time"])
    except DamagedPart as error:
        raise CommandError(f"{error}; without it the same command solves all cells anew") from error
    except OSError as error:
        raise CommandError(f"cannot read {result}: {error.strerror}") from error
    return arrays["result"], arrays["statistics_steps"], arrays["end_time"]
