import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "models.md").read_text()


@pytest.fixture(scope="session")
def page():
    """What the code of docs/models.md leaves behind."""
    found: dict = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL):
        exec(block, found)
    return found
