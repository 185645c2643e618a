"""Object code on disk: the user's own, written atomically, checked when read, bounded in size."""

import contextlib
import hashlib
import logging
import os
import struct
import sys
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate, pairwise
from pathlib import Path

from eqxfuse._kernels.cpu.trust import make_private, read_own, why_unsafe

LIMIT = 512 * 2**20
"""Bytes that the cache may hold; beyond it the entries unused for longest are removed."""

_MAGIC = b"eqxfuse object 2\n"
_DAMAGED, _UNSAFE = "a damaged entry", "an entry that others can write"
_PREFIX, _SUFFIX = "eqxfuse_", ".o"
_log = logging.getLogger("eqxfuse")


def default_directory() -> Path:
    """`EQXFUSE_CACHE_DIR`, else the user's cache directory; without a home (in containers) one for temporary files."""
    try:
        return _chosen().expanduser()
    except RuntimeError:
        user = f"-{os.geteuid()}" if os.name == "posix" else ""
        return Path(tempfile.gettempdir(), f"eqxfuse{user}")


def _chosen() -> Path:
    if own := os.environ.get("EQXFUSE_CACHE_DIR"):
        return Path(own)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "~/AppData/Local")
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base, "eqxfuse")


@dataclass(frozen=True)
class ObjectCache:
    """Entries by key. A directory that cannot be read or written costs time, never an error.

    Whoever can write to the directory can have this process run any code: one that others can write to is not used,
    and a warning says so.
    """

    directory: Path
    limit: int = LIMIT

    def read(self, key: str) -> list[bytes] | None:
        """The entry, or nothing; an entry that is damaged, or that others can write, is removed."""
        try:
            return self._read(key) if self._is_safe() else None
        except OSError as reason:
            _log.debug("code cache: %s", reason)
            return None

    def write(self, key: str, objects: Sequence[bytes]) -> None:
        """Store an entry; other processes see all of it or nothing."""
        try:
            make_private(self._folder)
            if self._is_safe():
                _put(self._path(key), _sealed(key, objects))
                self._evict()
        except OSError as reason:
            _log.debug("code cache: %s", reason)

    @property
    def unsafe(self) -> str | None:
        """That the directory is not used, why, and what to do; None if it is used."""
        reason = why_unsafe(self._folder)
        return reason and (
            f"the code cache {self.directory} is not used, since others could put machine code there: {reason}, "
            "or set EQXFUSE_CACHE_DIR to another folder"
        )

    def entries(self) -> list[Path]:
        """The files, those unused for longest first."""
        found = []
        for path in self._folder.glob(f"{_PREFIX}*{_SUFFIX}"):
            with contextlib.suppress(OSError):
                found.append((path.stat().st_mtime, path))
        return [path for _, path in sorted(found)]

    def size(self) -> int:
        """Bytes on disk."""
        return sum(_size(path) for path in self.entries())

    def clear(self) -> int:
        """Remove every entry; the number removed."""
        paths = self.entries()
        for path in paths:
            path.unlink(missing_ok=True)
        return len(paths)

    def _evict(self) -> None:
        paths = self.entries()
        excess = sum(map(_size, paths)) - self.limit
        for path in paths[:-1]:
            if excess <= 0:
                break
            excess -= _size(path)
            path.unlink(missing_ok=True)

    def _is_safe(self) -> bool:
        message = self.unsafe
        if message:
            _warn(message)
        return message is None

    def _read(self, key: str) -> list[bytes] | None:
        path = self._path(key)
        data = read_own(path)
        objects = None if data is None else _opened(key, data)
        if objects is None:
            _log.warning("removing %s of the code cache: %s", _UNSAFE if data is None else _DAMAGED, path)
            path.unlink(missing_ok=True)
        else:
            with contextlib.suppress(OSError):  # a cache that may only be read serves, too
                os.utime(path)
        return objects

    def _path(self, key: str) -> Path:
        return self._folder / f"{_PREFIX}{key}{_SUFFIX}"

    @cached_property
    def _folder(self) -> Path:
        """The directory without symbolic links: what was checked is what is used."""
        return Path(os.path.realpath(self.directory))


@cache
def _warn(message: str) -> None:
    """Once a process."""
    warnings.warn(message, stacklevel=2)


def _put(path: Path, data: bytes) -> None:
    """The file `path`, readable by the user alone, with all of `data`. Raises `OSError`, and then leaves nothing."""
    descriptor, part = tempfile.mkstemp(prefix=".", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


def _sealed(key: str, objects: Sequence[bytes]) -> bytes:
    parts = [key.encode(), *objects]
    body = struct.pack(f"<{len(parts) + 1}Q", len(parts), *map(len, parts)) + b"".join(parts)
    return _MAGIC + hashlib.sha256(body).digest() + body


def _opened(key: str, data: bytes) -> list[bytes] | None:
    """What `_sealed` was given; nothing when a byte has changed, or the key is another one."""
    body = data[len(_MAGIC) + 32 :]
    if data[: len(_MAGIC) + 32] != _MAGIC + hashlib.sha256(body).digest():
        return None
    (count,) = struct.unpack_from("<Q", body)
    ends = list(accumulate(struct.unpack_from(f"<{count}Q", body, 8), initial=8 * (count + 1)))
    own, *objects = [body[start:end] for start, end in pairwise(ends)]
    return objects if own == key.encode() else None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
