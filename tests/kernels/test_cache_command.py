"""`eqxfuse cache` shows and clears the code on disk."""

from eqxfuse._kernels._cache import ObjectCache
from eqxfuse.cli import main


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
