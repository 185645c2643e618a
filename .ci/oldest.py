"""Print the lower bounds of pyproject.toml as constraints for pip: the oldest dependencies that have to work."""

import tomllib
from pathlib import Path

TOOLS = {"dev", "docs"}
"""Extras whose versions are free: they are of no use to the package."""

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
extras = project["optional-dependencies"]
bounds: dict[str, str] = {}
for requirement in [*project["dependencies"], *(r for name in extras if name not in TOOLS for r in extras[name])]:
    name, bound = requirement.split(",")[0].split(">=")
    bounds[name] = max(
        bounds.get(name, ""), bound, key=lambda version: [int(part) for part in version.split(".") if part]
    )
for name, bound in bounds.items():
    print(f"{name}=={bound}")
