"""What a grid says at its end, and its table of failed cells."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from eqxfuse._chemistry.constants import YEAR
from eqxfuse._chemistry.lists import counted
from eqxfuse._cli.errors import FAILURES, CommandError
from eqxfuse._cli.grid_store import GridStore
from eqxfuse._solve.durable import write_durably

_GOOD = "successful"


def report(store: GridStore, axes: Mapping[str, tuple[Any, ...]]) -> None:
    """Print how many cells of the result in the `store` were solved, and list the others in a table beside it. Raises
    `CommandError` when that cannot be written, when the result is damaged, and when no cell was solved.
    """
    outcomes, steps, ends = store.outcomes()
    failed = np.argwhere(outcomes != _GOOD)
    table = store.result.with_suffix(".failed.csv")
    if len(failed):
        _write(table, axes, failed, outcomes, ends)
    else:
        table.unlink(missing_ok=True)
    print(
        f"{outcomes.size - len(failed)} of {counted(outcomes.size, 'cell')} solved, {steps.mean():.0f} steps on average"
    )
    print(f"wrote {store.result}")
    if not len(failed):
        return
    print(f"wrote {table}")
    reasons = Counter(str(outcomes[tuple(cell)]) for cell in failed)
    for reason, number in sorted(reasons.items()):
        print(f"{counted(number, 'cell')} failed. Of each: {FAILURES[reason]}")
    if "max_steps_reached" in reasons:
        print("The same command with larger --max-steps solves the cells that used up theirs again, and no others")
    if len(failed) == outcomes.size:
        raise CommandError(f"no cell could be solved; see {table}")


def _write(
    table: Path, axes: Mapping[str, tuple[Any, ...]], failed: np.ndarray, outcomes: np.ndarray, ends: np.ndarray
) -> None:
    """A row for each of the `failed` cells [failed, axes]."""
    rows = [[*(_text(values[i]) for values, i in zip(axes.values(), cell, strict=True))] for cell in failed]
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


def _text(value: float | str) -> str:
    """As it stands in the table: numbers with all their digits, names in quotes where they hold a comma."""
    if not isinstance(value, str):
        return repr(value)
    return '"' + value.replace('"', '""') + '"' if "," in value or '"' in value else value
