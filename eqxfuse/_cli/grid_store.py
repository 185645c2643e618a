"""The folder of a grid, or of tracers: what was asked for, the chunks that are done, in the end the result."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from eqxfuse._cli.archive import DamagedPart, join_archives, read_archive, replace_rows
from eqxfuse._cli.errors import CommandError, UsageError
from eqxfuse._cli.lock import Held, locked
from eqxfuse._solve.durable import durable, write_durably
from eqxfuse._solve.outcome import Outcome, names_of
from eqxfuse._solve.trajectory.files import origin_arrays
from eqxfuse._solve.trajectory.origin import Origin
from eqxfuse._solve.trajectory.trajectory import Trajectory

_SAME = ("species", "composition", "state")
"""Arrays of a trajectory's file that no cell has for itself."""

GOES_ON = "What was finished is kept: the same command goes on from there"

_LIMIT = "max_steps"
"""The setting that may grow: cells that were solved do not depend on it."""


@contextmanager
def open_store(folder: Path, name: str, cells: int, size: int, settings: Mapping[str, Any]) -> Iterator["GridStore"]:
    """The `GridStore` of these, in a folder that is made if there is none, for this process alone. Raises
    `CommandError` where another process has it, and as `GridStore` does.
    """
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(locked(folder / f"{name}.lock"))
        except Held as holder:
            raise CommandError(
                f"{holder} is writing {name}.npz in {folder}: wait for it, stop it, or choose another --out"
            ) from None
        except OSError as error:
            raise _failure(folder, error) from error
        yield GridStore(folder, name, cells, size, settings)


class GridStore:
    """Chunks of `size` cells of a grid of `cells` in `folder`; `settings` is all that the numbers depend on.

    Opens what an earlier run with the same settings left there. Where the limit of steps alone is larger than it was,
    the cells that gave up are solved again, in a further round of chunks, when all the others are done. Raises
    `UsageError` when the folder holds results with other settings, and `CommandError` when it cannot be read or
    written. Every file is written durably: what is there is whole.
    """

    def __init__(self, folder: Path, name: str, cells: int, size: int, settings: Mapping[str, Any]):
        self.folder = folder
        self.result = folder / f"{name}.npz"
        self.cells = cells
        self.size = size
        self._manifest = folder / f"{name}.json"
        self._parts = folder / f"{name}.chunks"
        self._limit = settings[_LIMIT]
        try:
            self._claim(json.loads(json.dumps(dict(settings))))
            self._begin()
        except OSError as error:
            raise _failure(self.folder, error) from error

    def _claim(self, settings: Mapping[str, Any]) -> None:
        if not self._manifest.exists():
            if self.result.exists():
                raise UsageError(f"{self.result} is there, but not what it was made with: choose another --out")
            self._write_manifest(settings)
            return
        try:
            there = json.loads(self._manifest.read_text())
            if not isinstance(there, dict):
                raise ValueError("it holds no settings")
        except ValueError as error:
            raise CommandError(f"{self._manifest} is damaged: {error}; remove it or choose another --out") from error
        changed = sorted(key for key in there.keys() | settings.keys() if there.get(key) != settings.get(key))
        if changed == [_LIMIT] and isinstance(there.get(_LIMIT), int) and there[_LIMIT] < settings[_LIMIT]:
            self._write_manifest(settings)
        elif changed:
            raise UsageError(
                f"{self.folder} holds results with other settings ({', '.join(changed)}, see {self._manifest.name}); "
                "give the same ones to go on with it, or choose another --out"
            )

    def _write_manifest(self, settings: Mapping[str, Any]) -> None:
        text = json.dumps(settings, indent=1)
        write_durably(self._manifest, lambda path: path.write_text(text))

    def _begin(self) -> None:
        """A round: of all cells, or of those that gave up after fewer steps than they may take now, if there are any.
        What other rounds left is removed.
        """
        self.again = self.result.exists()
        self.todo = self._given_up() if self.again else np.arange(self.cells)
        if len(self.todo):
            self._parts.mkdir(exist_ok=True)
        own = {self._path(i) for i in self.chunks}
        for path in self._parts.glob("*"):
            if path not in own:
                path.unlink()
        if not len(self.todo) and self._parts.exists():
            self._parts.rmdir()

    def _given_up(self) -> np.ndarray:
        outcomes, steps, _ = self.outcomes()
        return np.flatnonzero((outcomes == names_of(Outcome.max_steps_reached)) & (steps < self._limit))

    def outcomes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """How the cells of the result ended, after how many steps, and at what time [s]. Raises `CommandError`."""
        try:
            arrays = read_archive(self.result, ["result", "statistics_steps", "end_time"])
        except DamagedPart as error:
            raise CommandError(f"{error}; without it the same command solves all cells anew") from error
        except OSError as error:
            raise CommandError(f"cannot read {self.result}: {error.strerror}") from error
        return arrays["result"], arrays["statistics_steps"], arrays["end_time"]

    def chunk(self, number: int) -> np.ndarray:
        """Indices of the cells of a chunk."""
        return self.todo[number * self.size : (number + 1) * self.size]

    def number(self, cell: int) -> int:
        """That of the chunk with a cell."""
        return int(np.searchsorted(self.todo, cell)) // self.size

    @property
    def chunks(self) -> range:
        return range(-(-len(self.todo) // self.size))

    @property
    def missing(self) -> list[int]:
        """Numbers of the chunks that are not done."""
        return [i for i in self.chunks if not self._path(i).exists()]

    def write(self, number: int, trajectory: Trajectory) -> None:
        """Keep the cells of a chunk. Raises `CommandError`."""
        try:
            trajectory.save(self._path(number))
        except OSError as error:
            raise _failure(self.folder, error) from error

    def finish(self, shape: tuple[int, ...], added: Mapping[str, np.ndarray], origin: Origin) -> None:
        """End a round: make the result of its chunks, with the arrays `added` beside them, or put them into it. Begin
        the next. Raises `CommandError`.
        """
        self._join(shape, {**added, **origin_arrays(origin)})
        try:
            self._begin()
        except OSError as error:
            raise CommandError(f"cannot remove {self._parts}: {error.strerror}. The result is whole") from error

    def _join(self, shape: tuple[int, ...], added: Mapping[str, np.ndarray]) -> None:
        parts = [self._path(i) for i in self.chunks]
        try:
            with durable(self.result) as path:
                if self.again:
                    replace_rows(path, self.result, self.todo, parts, _SAME)
                else:
                    join_archives(path, parts, shape, _SAME, added)
        except DamagedPart as error:
            error.path.unlink(missing_ok=True)
            raise CommandError(f"{error} and was removed; the same command makes it again") from error
        except OSError as error:
            raise _failure(self.folder, error) from error

    def _path(self, number: int) -> Path:
        round = f"again-{self._limit}-" if self.again else ""
        return self._parts / f"{round}{number:06d}.npz"


def _failure(folder: Path, error: OSError) -> CommandError:
    return CommandError(f"cannot write to {folder}: {error.strerror or error}. {GOES_ON}")
