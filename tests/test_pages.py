"""The code of pages in docs runs from top to bottom, and prints what its comments say."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize("page", ["equilibria", "ensembles", "hydrodynamics"])
def test_the_code_prints_what_it_says(page, capsys):
    code = "\n".join(re.findall(r"```python\n(.*?)```", (DOCS / f"{page}.md").read_text(), flags=re.DOTALL))
    exec(code, {})
    expected = [text.strip() for text in re.findall(r"# -> (.*)$", code, flags=re.MULTILINE)]
    assert expected and capsys.readouterr().out.splitlines() == expected
