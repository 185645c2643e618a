"""The Python of docs/histories.md runs from top to bottom and prints what its comments say."""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "histories.md").read_text()


def test_python_blocks(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    for block in re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        capsys.readouterr()
        exec(block, names)
        printed = capsys.readouterr().out.splitlines()
        expected = re.findall(r"# -> (.*)$", block, re.MULTILINE)
        assert [line for line in printed if line in expected] == expected
