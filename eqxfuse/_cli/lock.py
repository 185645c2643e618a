"""A file that one process at a time holds. The system releases it when the process ends, however it ends."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from eqxfuse._cli.report import warn

_FAR = 2**30
"""Windows locks bytes, which nobody else can read then: one beyond the text."""


class Held(Exception):
    """Another process holds the lock; the text says which one, as far as it is known."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock `path`, a file that is removed at the end but not after a failure. Raises `Held`, and `OSError`
    where it cannot be made.

    Where the file system has no locks (some network ones) a warning says so.
    """
    held = False
    while not held:
        with open(path, "a+", encoding="utf-8") as file:
            held = _acquire(file, path)
            if held:
                yield
                if os.name != "nt":  # which removes no file that is open
                    path.unlink(missing_ok=True)


def _acquire(file: TextIO, path: Path) -> bool:
    """Lock the open file at `path`; False where another process, which held it, has removed it at its end."""
    try:
        _lock(file.fileno())
    except (BlockingIOError, PermissionError):
        file.seek(0)
        raise Held(file.read().strip() or "an unknown process") from None
    except OSError as error:
        warn(f"cannot lock {path}: {error.strerror}. Do not run two commands in this folder at the same time")
        return True
    if os.name != "nt" and not (path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat())):
        return False
    file.truncate(0)
    file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
    file.flush()
    return True


if os.name == "nt":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
