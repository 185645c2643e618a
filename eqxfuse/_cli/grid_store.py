"""The folder of a grid: what was asked for, the chunks that are done, in the end the result."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from eqxfuse._cli.archive import DamagedPart, join_archives
from eqxfuse._cli.errors import CommandError, UsageError
from eqxfuse._cli.lock import Held, locked
from eqxfuse._solve.durable import PART, durable, write_durably
from eqxfuse._solve.trajectory.files import origin_arrays
from eqxfuse._solve.trajectory.origin import Origin
from eqxfuse._solve.trajectory.trajectory import Trajectory

_SAME = ("species", "composition", "state")
"""Arrays of a trajectory's file that no cell has for itself."""


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

    Opens what an earlier run with the same settings left there. Raises `UsageError` when the folder holds a grid with
    other settings, and `CommandError` when it cannot be read or written. Every file is written durably: what is there
    is whole.
    """

    def __init__(self, folder: Path, name: str, cells: int, size: int, settings: Mapping[str, Any]):
        self.folder = folder
        self.result = folder / f"{name}.npz"
        self.cells = cells
        self.size = size
        self._manifest = folder / f"{name}.json"
        self._parts = folder / f"{name}.chunks"
        try:
            self._parts.mkdir(exist_ok=True)
            self._claim(json.loads(json.dumps(dict(settings))))
            for path in self._parts.glob(f"*{PART}*"):
                path.unlink()
        except OSError as error:
            raise _failure(self.folder, error) from error

    def _claim(self, settings: Mapping[str, Any]) -> None:
        if not self._manifest.exists():
            if self.result.exists():
                raise UsageError(f"{self.result} is there, but not what it was made with: choose another --out")
            text = json.dumps(settings, indent=1)
            write_durably(self._manifest, lambda path: path.write_text(text))
            return
        try:
            there = json.loads(self._manifest.read_text())
            if not isinstance(there, dict):
                raise ValueError("it holds no settings")
        except ValueError as error:
            raise CommandError(f"{self._manifest} is damaged: {error}; remove it or choose another --out") from error
        changed = sorted(key for key in there.keys() | settings.keys() if there.get(key) != settings.get(key))
        if changed:
            raise UsageError(
                f"{self.folder} holds a grid with other settings ({', '.join(changed)}, see {self._manifest.name}); "
                "give the same ones to go on with it, or choose another --out"
            )

    def chunk(self, number: int) -> np.ndarray:
        """Indices of the cells of a chunk."""
        return np.arange(number * self.size, min((number + 1) * self.size, self.cells))

    @property
    def chunks(self) -> range:
        return range(-(-self.cells // self.size))

    @property
    def missing(self) -> list[int]:
        """Numbers of the chunks that are not done."""
        return [] if self.result.exists() else [i for i in self.chunks if not self._path(i).exists()]

    def write(self, number: int, trajectory: Trajectory) -> None:
        """Keep the cells of a chunk. Raises `CommandError`."""
        try:
            trajectory.save(self._path(number))
        except OSError as error:
            raise _failure(self.folder, error) from error

    def finish(self, shape: tuple[int, ...], axes: Mapping[str, tuple[float, ...]], origin: Origin) -> None:
        """Make the result of all chunks, and remove these. Raises `CommandError`."""
        if not self.result.exists():
            added = {f"axis_{name}": np.array(values) for name, values in axes.items()}
            self._join(shape, added | origin_arrays(origin))
        try:
            for path in self._parts.glob("*"):
                path.unlink()
            self._parts.rmdir()
        except OSError as error:
            raise CommandError(f"cannot remove {self._parts}: {error.strerror}. The result is whole") from error

    def _join(self, shape: tuple[int, ...], added: Mapping[str, np.ndarray]) -> None:
        try:
            with durable(self.result) as path:
                join_archives(path, [self._path(i) for i in self.chunks], shape, _SAME, added)
        except DamagedPart as error:
            error.path.unlink(missing_ok=True)
            raise CommandError(f"{error} and was removed; the same command makes it again") from error
        except OSError as error:
            raise _failure(self.folder, error) from error

    def _path(self, number: int) -> Path:
        return self._parts / f"{number:06d}.npz"


def _failure(folder: Path, error: OSError) -> CommandError:
    return CommandError(
        f"cannot write to {folder}: {error.strerror or error}. What was finished is kept: "
        "the same command goes on from there"
    )
