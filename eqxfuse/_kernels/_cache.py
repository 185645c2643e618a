"""Object code on disk: written atomically, checked when read, bounded in size."""

import contextlib
import hashlib
import logging
import os
import struct
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

LIMIT = 512 * 2**20
"""Bytes that the cache may hold; beyond it the entries unused for longest are removed."""

_MAGIC = b"eqxfuse object 1\n"
_log = logging.getLogger("eqxfuse")


def default_directory() -> Path:
    """`EQXFUSE_CACHE_DIR`, else the user's cache directory."""
    if own := os.environ.get("EQXFUSE_CACHE_DIR"):
        return Path(own).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "~/AppData/Local")
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "eqxfuse"


@dataclass(frozen=True)
class ObjectCache:
    """Entries by key. A directory that cannot be read or written costs time, never an error."""

    directory: Path
    limit: int = LIMIT

    def read(self, key: str) -> list[bytes] | None:
        """The entry, or nothing; a damaged entry is removed."""
        path = self._path(key)
        try:
            objects = _opened(path.read_bytes())
            if objects is None:
                _log.warning("removing a damaged entry of the code cache: %s", path)
                path.unlink(missing_ok=True)
            else:
                os.utime(path)
        except OSError as reason:
            _log.debug("code cache: %s", reason)
            return None
        return objects

    def write(self, key: str, objects: Sequence[bytes]) -> None:
        """Store an entry; other processes see all of it or nothing."""
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.directory, prefix=".", delete=False) as file:
                file.write(_sealed(objects))
            os.replace(file.name, self._path(key))
            self._evict()
        except OSError as reason:
            _log.debug("code cache: %s", reason)

    def entries(self) -> list[Path]:
        """The files, those unused for longest first."""
        found = []
        for path in self.directory.glob("*.o"):
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

    def _path(self, key: str) -> Path:
        return self.directory / f"{key}.o"


def _sealed(objects: Sequence[bytes]) -> bytes:
    body = struct.pack(f"<{len(objects) + 1}Q", len(objects), *map(len, objects)) + b"".join(objects)
    return _MAGIC + hashlib.sha256(body).digest() + body


def _opened(data: bytes) -> list[bytes] | None:
    """What `_sealed` was given; nothing when a byte has changed."""
    body = data[len(_MAGIC) + 32 :]
    if data[: len(_MAGIC) + 32] != _MAGIC + hashlib.sha256(body).digest():
        return None
    (count,) = struct.unpack_from("<Q", body)
    ends = list(accumulate(struct.unpack_from(f"<{count}Q", body, 8), initial=8 * (count + 1)))
    return [body[start:end] for start, end in pairwise(ends)]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
