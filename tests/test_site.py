"""The site: every public name has its place, and pages and navigation fit together."""

import importlib
import re
from pathlib import Path

import pytest

from tests.test_public_names import MODULES, public_members

ROOT = Path(__file__).parents[1]
NAV = (ROOT / "mkdocs.yml").read_text().split("\nnav:\n")[1]
API = "".join(path.read_text() for path in sorted((ROOT / "docs" / "api").glob("*.md")))


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_stands_in_the_api(module):
    described = set(re.findall(r"^::: (\S+)$", API, flags=re.MULTILINE))
    members = public_members(importlib.import_module(module))
    names = {f"{module}.{name}" for name, value in members.items() if type(value).__name__ != "module"}
    short = {name.rsplit(".", 1)[-1] for name in described}
    missing = {name for name in names - described if module != "eqxfuse" or name.rsplit(".", 1)[-1] not in short}
    assert not missing, "add `::: NAME` of these to a page in docs/api"


def test_the_navigation_names_pages_that_are_there():
    named = set(re.findall(r": (\S+\.md)$", NAV, flags=re.MULTILINE))
    there = {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")}
    assert named <= there
