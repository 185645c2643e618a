"""What the package promises about itself: who imports whom, what an import loads, what prints."""

import ast
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

import eqxfuse

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "eqxfuse"
VOCABULARY = {"errors"}  # open to all

# A unit is a file or a folder of the package. What comes first knows nothing of what comes later.
MAY_IMPORT = {
    "errors": "",
    "_version": "",
    "_html": "",
    "_program": "",
    "_chemistry": "_html _program",
    "rate_laws": "_chemistry",
    "thermal": "_chemistry",
    "_python": "_program",
    "_llvm": "_program",
    "_plot": "_chemistry",
    "_lower": "_chemistry _program",
    "ir": "_lower _program",
    "_formats": "_chemistry _program",
    "_kernels": "_llvm _program _python",
    "_rhs": "_chemistry _html _kernels _lower _program _python",
    "_solvers": "_chemistry _kernels _llvm _lower _program _rhs",
    "_solve": "_chemistry _html _kernels _plot _program _rhs _solvers _version",
    "carbox": "_chemistry _kernels _rhs _solve",
    "_analysis": "_chemistry _html _plot _program _rhs _solve",
    "_models": "_analysis _chemistry _plot _program _rhs _solve",
    "models": "_models",
    "networks": "rate_laws",  # and the names that `import eqxfuse` offers
    "_cli": "_analysis _chemistry _formats _kernels _lower _models _plot _program _rhs _solve _version networks",
    "__main__": "_cli",
}
LARGEST = 24
"""Units that a reader can hold in mind."""
HOMES = {
    "llvmlite": {"_llvm", "_kernels"},
    "ctypes": {"_kernels"},
    "matplotlib": {"_plot"},
    "pandas": {"_solve"},
    "xarray": {"_solve"},
    "h5py": {"_chemistry"},
    "diffrax": {"_solvers", "_solve", "carbox"},
    "lineax": {"_solvers"},
    "optimistix": {"_solvers"},
    "argparse": {"_cli"},
    "carbox": {"carbox"},
}
PUBLIC = {name for name in vars(eqxfuse) if not name.startswith("_")}
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
    assert len(MAY_IMPORT) <= LARGEST


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
    offered = PUBLIC if own == "networks" else set()
    assert parts - {own} <= set(MAY_IMPORT[own].split()) | VOCABULARY | offered


def test_networks_are_written_with_public_names_alone():
    for path in (path for path in FILES if unit(path) == "networks"):
        nodes = list(run_time_nodes(ast.parse(path.read_text())))
        names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
        names += [
            f"{node.module}.{alias.name}" for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
        ]
        foreign = [n for n in names if n.startswith("eqxfuse.") and not n.startswith("eqxfuse.networks.")]
        assert not [name for name in foreign if "._" in name], path


@pytest.mark.parametrize("library", HOMES)
def test_libraries_stay_in_their_homes(library):
    users = {unit(path) for path in FILES if any(name.split(".")[0] == library for name in imported(path))}
    assert users <= HOMES[library]


def test_only_kernels_compile():
    """Text is written with `llvmlite.ir`; LLVM itself, `llvmlite.binding`, belongs to the kernels."""
    compiling = {unit(path) for path in FILES if "llvmlite.binding" in imported(path)}
    assert compiling == {"_kernels"}
    for path in (path for path in FILES if unit(path) == "_llvm"):
        assert {name for name in imported(path) if name.startswith("llvmlite")} <= {"llvmlite", "llvmlite.ir"}, path


def test_lowering_does_not_need_jax():
    reads_jax = PACKAGE / "_program" / "trace.py", PACKAGE / "_program" / "jaxpr.py"
    for path in (p for p in FILES if unit(p) in ("_lower", "_program") and p not in reads_jax):
        assert not {name for name in imported(path) if name.split(".")[0] in ("jax", "equinox")}, path


def calls(path: Path, name: str) -> list[int]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return [n.lineno for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == name]


def test_only_the_command_line_prints():
    assert {unit(path) for path in FILES if calls(path, "print")} <= {"_cli"}


def test_only_kernels_execute_text():
    executing = {unit(path) for path in FILES if calls(path, "exec") or calls(path, "eval")}
    assert executing == {"_kernels"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_compares_the_backend_of_a_kernel(path):
    """Kernels say what they can do: `Kernel.capabilities`."""
    compared = (
        part
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Compare)
        for part in (node.left, *node.comparators)
    )
    assert not [part.lineno for part in compared if isinstance(part, ast.Attribute) and part.attr == "backend"]


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


def test_the_version_is_that_of_the_project(monkeypatch):
    number = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert eqxfuse.__version__ in (number, "0+not.installed")

    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert runpy.run_path(str(PACKAGE / "_version.py"))["__version__"] == "0+not.installed"
