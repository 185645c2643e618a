"""Whose files may hold code that is run: those that nobody but the user and root can put there or change."""

import os
import shlex
import stat
from pathlib import Path

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""A link is no file of ours, and to open a named pipe would wait for its writer."""


def why_unsafe(folder: Path) -> str | None:
    """Why others could put files into `folder`, which holds no symbolic links, and what to do; None if they cannot.

    As for the keys of SSH, `folder` and all folders above it must belong to the user or to root, and nobody else may
    write to them; folders above may let others write when they are sticky (/tmp), which protects what is in them.
    Windows keeps the folders of a user private by other means: nothing is checked there.
    """
    if os.name != "posix":
        return None
    users = {0, os.geteuid()}
    system = users | {os.stat("/").st_uid}  # in a container that does not know root, its files have another owner
    for part in (folder, *folder.parents):
        try:
            status = part.lstat()
        except FileNotFoundError:
            continue
        if status.st_uid not in (users if part == folder else system):
            return f"{part} belongs to another user (id {status.st_uid}). Have its owner changed"
        sticky = part != folder and status.st_mode & stat.S_ISVTX
        if status.st_mode & _OTHERS_WRITE and not sticky:
            mode = stat.S_IMODE(status.st_mode)
            return f"others can write to {part} (mode {mode:03o}). Run `chmod go-w {shlex.quote(str(part))}`"
    return None


def read_own(path: Path) -> bytes | None:
    """The content of a file, or None where others than the user and root can write it. Raises `OSError`."""
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | _FLAGS)) as file:
        return file.read() if _is_own(os.fstat(file.fileno())) else None


def _is_own(status: os.stat_result) -> bool:
    if os.name != "posix":
        return True
    safe = status.st_uid in (0, os.geteuid()) and not status.st_mode & _OTHERS_WRITE
    return safe and stat.S_ISREG(status.st_mode)


def make_private(folder: Path) -> None:
    """Make a folder, and those above it, for the user alone, whatever the umask. Raises `OSError`."""
    for part in (*reversed(folder.parents), folder):
        if not part.exists():
            part.mkdir(mode=0o700, exist_ok=True)
