"""The page of heating and cooling: its table is that of the processes, and its code runs."""

import re
from pathlib import Path

from eqxfuse import thermal

PAGE = (Path(__file__).parents[2] / "docs" / "thermal.md").read_text()
USERS = {thermal.Process, thermal.Custom, thermal.Expression, thermal.Table}
"""What users make processes of."""


def test_the_table_says_what_the_processes_say():
    public = {v for v in vars(thermal).values() if isinstance(v, type) and issubclass(v, thermal.Process)}
    sets = {"p": thermal.primordial(), "i": thermal.interstellar()}
    rows = dict(re.findall(r"^\| (`\w+`) \|(.*)$", PAGE, flags=re.MULTILINE))
    assert set(rows) == {f"`{kind.__name__}`" for kind in public - USERS}
    for kind in public - USERS:
        marks = " ".join(mark for mark, preset in sets.items() if kind in map(type, preset))
        assert rows[f"`{kind.__name__}`"].split("|")[:3] == [f" {kind.citation} ", f" {kind.validity} ", f" {marks} "]


def test_the_code_runs():
    found: dict = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL):
        exec(block, found)
    assert found["terms"]["IonisedCarbonLine"] < 0.0
    assert found["absent"]["COCooling"] == ("CO",)
    assert found["absent"]["OxygenLines"] == ()
    gas = found["gas"]
    assert found["processes"][-1].heating(gas) > 0.0
    assert found["SiliconLine"]().missing(gas.network) == ("Si+",)
    assert found["SiliconLine"]().heating(gas) == 0.0
    assert 0.0 < float(found["end"](1.0, 2.5)) < 300.0
