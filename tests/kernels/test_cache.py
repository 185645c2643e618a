"""The cache of native code on disk."""

import errno
import os
import shutil
import tempfile
import threading
from pathlib import Path

import pytest

from eqxfuse._kernels.cpu.cache import ObjectCache, default_directory

CODE = [b"machine code" * 100, b"", b"more"]


def test_what_was_written_is_read(tmp_path):
    cache = ObjectCache(tmp_path / "new" / "directory")
    assert cache.read("key") is None
    cache.write("key", CODE)
    assert cache.read("key") == CODE
    assert ObjectCache(cache.directory).read("key") == CODE
    assert [path.name for path in cache.directory.iterdir()] == ["eqxfuse_key.o"]


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "grow"])
def test_a_damaged_entry_is_removed(tmp_path, damage, caplog):
    cache = ObjectCache(tmp_path)
    cache.write("key", CODE)
    path = tmp_path / "eqxfuse_key.o"
    data = path.read_bytes()
    middle = len(data) // 2
    flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    path.write_bytes({"flip": flipped, "cut": data[:-1], "empty": b"", "grow": data + b"x"}[damage])
    assert cache.read("key") is None
    assert not path.exists()
    assert "damaged" in caplog.text
    cache.write("key", CODE)
    assert cache.read("key") == CODE


def test_the_oldest_unused_entries_make_room(tmp_path):
    cache = ObjectCache(tmp_path, limit=3000)
    for i, key in enumerate("abc"):
        cache.write(key, [bytes(900)])
        os.utime(tmp_path / f"eqxfuse_{key}.o", (i, i))
    cache.read("a")
    cache.write("d", [bytes(900)])
    assert cache.size() <= 3000
    assert [cache.read(key) is not None for key in "abcd"] == [True, False, True, True]


def test_an_entry_larger_than_the_limit_is_kept_alone(tmp_path):
    cache = ObjectCache(tmp_path, limit=10)
    cache.write("a", [bytes(100)])
    cache.write("b", [bytes(100)])
    assert len(cache.entries()) == 1


def test_clear(tmp_path):
    cache = ObjectCache(tmp_path)
    cache.write("a", CODE)
    cache.write("b", CODE)
    assert cache.clear() == 2
    assert cache.size() == 0
    assert ObjectCache(tmp_path / "absent").clear() == 0


def test_other_files_in_the_directory_stay(tmp_path):
    """Such as the object files of a program that is built there."""
    others = [tmp_path / "main.o", tmp_path / "notes"]
    for path in others:
        path.write_bytes(bytes(100))
    cache = ObjectCache(tmp_path, limit=10)
    cache.write("a", CODE)
    cache.write("b", CODE)
    assert cache.clear() == 1
    assert sorted(tmp_path.iterdir()) == others


def test_a_directory_that_cannot_be_used_costs_no_error(tmp_path):
    (tmp_path / "file").write_text("")
    cache = ObjectCache(tmp_path / "file" / "below")
    cache.write("key", CODE)
    assert cache.read("key") is None
    assert cache.entries() == []


def test_writers_at_the_same_time(tmp_path):
    """A reader sees a whole entry, whoever writes."""
    cache, code, stop = ObjectCache(tmp_path), [bytes(200_000)], threading.Event()
    cache.write("key", code)

    def write():
        while not stop.is_set():
            cache.write("key", code)

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        found = [cache.read("key") for _ in range(200)]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert all(f == code for f in found)


def test_environment_names_the_directory(monkeypatch, tmp_path):
    monkeypatch.setenv("EQXFUSE_CACHE_DIR", str(tmp_path))
    assert default_directory() == tmp_path
    monkeypatch.delenv("EQXFUSE_CACHE_DIR")
    assert default_directory().name == "eqxfuse"


def test_without_a_home(monkeypatch):
    """As in a container whose user stands in no list."""
    monkeypatch.delenv("EQXFUSE_CACHE_DIR")

    def homeless(path):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", homeless)
    assert default_directory().parent == Path(tempfile.gettempdir())


def test_an_entry_under_another_name_is_refused(tmp_path, caplog):
    cache = ObjectCache(tmp_path)
    cache.write("other", CODE)
    shutil.copy(tmp_path / "eqxfuse_other.o", tmp_path / "eqxfuse_key.o")
    assert cache.read("key") is None and "damaged" in caplog.text
    assert cache.read("other") == CODE


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    cache = ObjectCache(tmp_path)

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    cache.write("key", CODE)
    assert list(tmp_path.iterdir()) == []


posix = pytest.mark.skipif(os.name != "posix", reason="permissions and owners as POSIX has them")


@pytest.fixture
def no_mask():
    before = os.umask(0)
    yield
    os.umask(before)


@posix
def test_nobody_else_can_write_what_is_made(tmp_path, no_mask):
    cache = ObjectCache(tmp_path / "new" / "directory")
    cache.write("key", CODE)
    made = [tmp_path / "new", cache.directory, *cache.directory.iterdir()]
    assert [oct(path.stat().st_mode & 0o777) for path in made] == ["0o700", "0o700", "0o600"]
    assert cache.read("key") == CODE


def unused(cache, match) -> None:
    """Neither read nor written, with one warning."""
    before = sorted(cache.directory.iterdir())
    with pytest.warns(UserWarning, match=match) as caught:
        assert cache.read("key") is None
        cache.write("new", CODE)
        assert cache.read("key") is None
    assert len(caught) == 1
    assert sorted(cache.directory.iterdir()) == before


@posix
@pytest.mark.parametrize("mode", [0o777, 0o775, 0o1777])
def test_a_directory_that_others_can_write_is_not_used(tmp_path, mode):
    cache = ObjectCache(tmp_path / "a folder")
    cache.write("key", CODE)
    cache.directory.chmod(mode)
    unused(cache, r"others can write to .*a folder \(mode \d+\). Run `chmod go-w '/.*a folder'`, or set EQXFUSE")
    cache.directory.chmod(0o755)
    assert cache.read("key") == CODE


@posix
def test_a_directory_that_others_can_exchange_is_not_used(tmp_path):
    parent = tmp_path / "parent"
    cache = ObjectCache(parent / "directory")
    cache.write("key", CODE)
    parent.chmod(0o777)
    unused(cache, "others can write to .*parent ")
    parent.chmod(0o1777)  # as /tmp
    assert cache.read("key") == CODE


@posix
def test_a_link_is_as_safe_as_what_it_leads_to(tmp_path):
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    cache = ObjectCache(tmp_path / "link")
    cache.write("key", CODE)
    assert ObjectCache(tmp_path / "real").read("key") == CODE
    (tmp_path / "real").chmod(0o777)
    unused(ObjectCache(tmp_path / "link"), "others can write to .*real ")


root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give files away")


@root
def test_a_directory_of_another_user_is_not_used(tmp_path):
    cache = ObjectCache(tmp_path / "directory")
    cache.write("key", CODE)
    os.chown(cache.directory, 12345, -1)
    unused(cache, "directory belongs to another user \\(id 12345\\)")


@posix
@pytest.mark.parametrize("kind", ["writable", "link", "pipe", pytest.param("foreign", marks=root)])
def test_an_entry_that_others_can_change_is_not_used(tmp_path, kind):
    cache = ObjectCache(tmp_path / "directory")
    cache.write("key", CODE)
    path = cache.directory / "eqxfuse_key.o"
    if kind == "writable":
        path.chmod(0o666)
    elif kind == "foreign":
        os.chown(path, 12345, -1)
    else:
        path.rename(tmp_path / "elsewhere")
        os.mkfifo(path, 0o600) if kind == "pipe" else path.symlink_to(tmp_path / "elsewhere")
    assert cache.read("key") is None
    cache.write("key", CODE)
    assert cache.read("key") == CODE


@posix
def test_a_cache_that_may_only_be_read_serves(tmp_path, monkeypatch):
    """One that root has filled for all users."""
    cache = ObjectCache(tmp_path)
    cache.write("key", CODE)

    def refused(*_):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "utime", refused)
    assert cache.read("key") == CODE
