"""Files that are there whole or not at all, whenever the process or the machine stops."""

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

PART = ".part"
"""Stands before the suffix of a file that is being written, after the number of the process."""


@contextlib.contextmanager
def durable(path: Path) -> Iterator[Path]:
    """A path to write to, which becomes `path` at the end; it is removed when the writing fails.

    What `path` held is there until then, and stays when the writing fails. A link stays one, to the new file; the new
    file has the permissions of the old one. Raises the `OSError` of the writing.
    """
    path = Path(os.path.realpath(path))
    part = path.with_stem(f"{path.stem}.{os.getpid()}{PART}")
    try:
        yield part
        if path.exists():
            shutil.copymode(path, part)
        _to_disk(part)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    with contextlib.suppress(OSError):  # the file is whole; not every file system can wait for its name
        _to_disk(path.parent)


def write_durably(path: Path, write: Callable[[Path], object]) -> None:
    """`write(where)` as above."""
    with durable(path) as part:
        write(part)


@contextlib.contextmanager
def durable_folder(path: Path) -> Iterator[Path]:
    """As `durable` for a folder: a path to make it at. What stands at `path` is replaced whole, if it is a Zarr store;
    else raises `FileExistsError`.

    Where the process dies between the two renames of the replacement, the next one begins with `settle`.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not (path / "zarr.json").exists():
        raise FileExistsError(errno.EEXIST, "it is there, and no Zarr store: choose another name", str(path))
    settle(path)
    new, old = _beside(path)
    shutil.rmtree(new, ignore_errors=True)
    try:
        yield new
        for folder, _, files in os.walk(new):
            for name in (*files, ""):
                _to_disk(Path(folder, name))
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    if path.exists():
        path.rename(old)
    new.rename(path)
    settle(path)
    with contextlib.suppress(OSError):
        _to_disk(path.parent)


def settle(path: Path) -> None:
    """End the replacement of a folder that was under way when the process died. Raises `OSError`."""
    new, old = _beside(Path(os.path.realpath(path)))
    if old.exists() and not path.exists():  # so the new one is whole
        new.rename(path)
    if old.exists():
        shutil.rmtree(old)


def _beside(path: Path) -> tuple[Path, Path]:
    return path.with_name(f"{path.name}.new"), path.with_name(f"{path.name}.old")


def _to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    if os.name == "nt" and path.is_dir():  # Windows opens no folders, and needs a file that can be written
        return
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
