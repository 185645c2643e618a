"""Files that are there whole or not at all, whenever the process or the machine stops."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PART = ".part"
"""Stands before the suffix of a file that is being written, after the number of the process."""


@contextmanager
def durable(path: Path) -> Iterator[Path]:
    """A path to write to, which becomes `path` at the end; it is removed when the writing fails.

    Raises the `OSError` of the writing.
    """
    part = path.with_stem(f"{path.stem}.{os.getpid()}{PART}")
    try:
        yield part
        _to_disk(part)
        part.replace(path)
        _to_disk(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_durably(path: Path, write: Callable[[Path], object]) -> None:
    """`write(where)` as above."""
    with durable(path) as part:
        write(part)


def _to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    if os.name == "nt" and path.is_dir():  # Windows opens no folders, and needs a file that can be written
        return
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
