"""The cache of native code on disk."""

import os
import threading

import pytest

from eqxfuse._kernels._cache import ObjectCache, default_directory

CODE = [b"machine code" * 100, b"", b"more"]


def test_what_was_written_is_read(tmp_path):
    cache = ObjectCache(tmp_path / "new" / "directory")
    assert cache.read("key") is None
    cache.write("key", CODE)
    assert cache.read("key") == CODE
    assert ObjectCache(cache.directory).read("key") == CODE
    assert [path.name for path in cache.directory.iterdir()] == ["key.o"]


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "grow"])
def test_a_damaged_entry_is_removed(tmp_path, damage, caplog):
    cache = ObjectCache(tmp_path)
    cache.write("key", CODE)
    path = tmp_path / "key.o"
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
        os.utime(tmp_path / f"{key}.o", (i, i))
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
