"""What the package promises about itself: who imports whom, what an import loads, what prints."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "eqxfuse"
VOCABULARY = {
    "_constants",
    "_errors",
    "_garbage",
    "_lists",
    "_one_line",
    "_typing",
}  # no imports of their own, and open to all

# A unit is a file or a folder of the package. What comes first knows nothing of what comes later.
MAY_IMPORT = {
    "_constants": "",
    "_errors": "",
    "_garbage": "",
    "_lists": "",
    "_one_line": "",
    "_typing": "",
    "_ir": "",
    "_equation": "",
    "_species": "",
    "_conditions": "",
    "_coefficients": "_conditions",
    "_rate_laws": "_conditions",
    "rate_laws": "_rate_laws",
    "_reaction": "_rate_laws",
    "_identity": "_rate_laws _reaction",
    "_network": "_equation _identity _rate_laws _reaction _species",
    "_checks": "_conditions _network _rate_laws",
    "_formats": "_network _rate_laws _reaction _species",
    "networks": "_equation _network _rate_laws _reaction _species",
    "_comparison": "_conditions _network _reaction _species",
    "_lower": "_ir _network _reaction",
    "ir": "_ir _lower",
    "_emit": "_ir",
    "_kernels": "_emit _ir _lower",  # of `_lower`: sparsity patterns and elimination plans, which are data
    "_sparse_matrix": "_lower",
    "_literal_rates": "_conditions _emit _ir _network _rate_laws _reaction",
    "_codegen": "_emit _kernels _literal_rates _lower _network",
    "_carbox": "_conditions _network _rate_laws _reaction _species",
    "_modifiers": "_conditions _lower _network _rate_laws",
    "_state": "_network",
    "_fused": "_carbox _coefficients _conditions _kernels _lower _modifiers _network _rate_laws _sparse_matrix _state",
    "_solvers": "_coefficients _emit _fused _kernels _lower _modifiers _sparse_matrix",
    "_carbox_ode": "_carbox _conditions _fused _kernels",
    "carbox": "_carbox _carbox_ode",
    "_outcome": "",
    "_plot": "",
    "_progress": "",
    "_origin": "_conditions _network",
    "_trajectory_file": "_conditions _origin _outcome _species",
    "_trajectory": "_conditions _network _origin _outcome _plot _species _trajectory_file",
    "_linear_map": "",
    "_differentiable": "_linear_map",
    "_integration": "_conditions _differentiable _fused _outcome _progress _solvers _trajectory",
    "_failure": "_fused _outcome _trajectory",
    "_solve": "_checks _failure _fused _integration _origin _state _trajectory",
    "_grid": "_checks _coefficients _conditions _failure _fused _integration _kernels _origin _solve _state "
    "_trajectory _trajectory_file",
    "_analysis": "_coefficients _fused _integration _network _plot _solve _state",
    "_cli": "_analysis _checks _codegen _comparison _conditions _failure _formats _fused _grid _integration _ir "
    "_kernels _lower _network _origin _outcome _plot _rate_laws _solve _trajectory _trajectory_file networks",
    "cli": "_cli",
    "__main__": "cli",
}
HOMES = {
    "llvmlite": {"_emit", "_kernels"},
    "ctypes": {"_kernels"},
    "matplotlib": {"_plot"},
    "pandas": {"_trajectory_file"},
    "xarray": {"_trajectory_file"},
    "diffrax": {"_solvers", "_outcome", "_progress", "_differentiable", "_integration", "_solve", "_grid"},
    "lineax": {"_solvers"},
    "optimistix": {"_solvers"},
    "argparse": {"_cli", "cli"},
    "carbox": {"carbox"},
}
FILES = sorted(PACKAGE.rglob("*.py"))


def unit(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def run_time_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those under `if TYPE_CHECKING:`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        yield node
        yield from run_time_nodes(node)


def imported(path: Path) -> set[str]:
    """Dotted names of the modules that a file imports, `eqxfuse` itself resolved to its parts."""
    found = set()
    for node in run_time_nodes(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: import by the full name"
            parts = [alias.name for alias in node.names]
            found |= {f"eqxfuse.{p}" for p in parts} if node.module == "eqxfuse" else {node.module or ""}
    return found


def test_every_unit_stands_in_the_table():
    assert {unit(path) for path in FILES} - {"__init__"} == set(MAY_IMPORT)


def test_the_table_runs_one_way():
    order = list(MAY_IMPORT)
    for name, others in MAY_IMPORT.items():
        for other in others.split():
            assert order.index(other) < order.index(name), f"{name} -> {other}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_keep_to_the_table(path):
    own = unit(path)
    if own == "__init__":
        return
    parts = {name.split(".")[1] for name in imported(path) if name.startswith("eqxfuse.")}
    assert parts - {own} <= set(MAY_IMPORT[own].split()) | VOCABULARY


@pytest.mark.parametrize("library", HOMES)
def test_libraries_stay_in_their_homes(library):
    users = {unit(path) for path in FILES if any(name.split(".")[0] == library for name in imported(path))}
    assert users <= HOMES[library]


def test_lowering_does_not_need_jax():
    for path in (p for p in FILES if unit(p) in ("_lower", "_ir")):
        assert not {name for name in imported(path) if name.split(".")[0] in ("jax", "equinox")}, path


def calls(path: Path, name: str) -> list[int]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return [n.lineno for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == name]


def test_only_the_command_line_prints():
    assert {unit(path) for path in FILES if calls(path, "print")} <= {"_cli", "cli"}


def test_only_kernels_execute_text():
    executing = {unit(path) for path in FILES if calls(path, "exec") or calls(path, "eval")}
    assert executing == {"_kernels"}


def test_an_import_loads_no_optional_library():
    optional = {"llvmlite", "matplotlib", "pandas", "xarray", "carbox"}
    code = f"import sys, eqxfuse; print(*sorted({optional} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert loaded.stdout.split() == []


def test_the_package_is_typed_and_declares_what_it_imports():
    assert (PACKAGE / "py.typed").exists()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    declared = {
        d.split(">")[0].replace("-", "_") for d in (*project["dependencies"], *extras["native"], *extras["plot"])
    }
    top = {name.split(".")[0] for path in FILES for name in imported(path)}
    used = {name for name in top if name not in sys.stdlib_module_names} - {"eqxfuse", "carbox"}
    assert used <= declared
