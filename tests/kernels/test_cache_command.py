"""`eqxfuse cache` shows and clears the code on disk."""

import os
from pathlib import Path

import pytest

from eqxfuse._cli.main import main
from eqxfuse._kernels.cpu.cache import ObjectCache


def test_show_and_clear(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("EQXFUSE_CACHE_DIR", str(tmp_path))
    assert main(["cache"]) == 0
    assert "0 kernels, 0.0 MiB of at most 512.0 MiB" in capsys.readouterr().out
    for key in "ab":
        ObjectCache(tmp_path).write(key, [bytes(2**20)])
    assert main(["cache"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"{tmp_path}\n2 kernels, 2.0 MiB")
    assert "last used between" in shown
    assert main(["cache", "--clear"]) == 0
    assert "removed 2 kernels, 2.0 MiB" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
def test_a_directory_that_is_not_used_is_named(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("EQXFUSE_CACHE_DIR", str(tmp_path))
    tmp_path.chmod(0o777)
    assert main(["cache"]) == 0
    assert f"warning: the code cache {tmp_path} is not used" in capsys.readouterr().err


def test_what_cannot_be_cleared(monkeypatch, tmp_path, capsys):
    def refused(*_, **__):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setenv("EQXFUSE_CACHE_DIR", str(tmp_path))
    ObjectCache(tmp_path).write("a", [b""])
    monkeypatch.setattr(Path, "unlink", refused)
    assert main(["cache", "--clear"]) == 1
    assert capsys.readouterr().err == f"eqxfuse cache: error: cannot clear {tmp_path}: Operation not permitted\n"
