"""By which name native code is known: the same for the same code, another one for any other."""

import ast
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("llvmlite")

import eqxfuse as ef
from eqxfuse import networks
from eqxfuse._kernels.cpu import rosenbrock, sparse_solve, targets
from eqxfuse._kernels.cpu.native_program import NativeProgram
from eqxfuse._kernels.cpu.sparse_solve import lu_target, scalar_plan
from eqxfuse._kernels.cpu.targets import PACKAGE, SHAPING, addresses, sources_digest, target, target_name
from eqxfuse._lower.jacobian import lower_jacobian
from eqxfuse._lower.rhs import lower_rhs
from eqxfuse._rhs.fused import jacobian_kernel
from eqxfuse._solvers.native_step import Parts, native_form


def robertson() -> NativeProgram:
    return NativeProgram.of(lower_rhs(networks.robertson()))


def test_programs_and_number_types_have_names_of_their_own():
    one, again = robertson(), robertson()
    names = {target_name(n.identity(d)) for n in (one, again, one.reverse((0,))) for d in ("float32", "float64")}
    assert len(names) == 4
    assert target_name(again.identity("float64")) == one.target("float64")


def test_code_is_made_once_a_process():
    written = []

    def write(name):
        written.append(name)
        return robertson().modules("float64", name)

    names = {target("written once", write) for _ in range(3)}
    assert len(written) <= 1 and len(names) == 1
    assert set(addresses(names.pop())) > {"cell", "block", "worker"}


@pytest.mark.parametrize(
    ("name", "value"), [("llvmlite", "0.0"), ("cpu", "pdp11"), ("features", "-avx"), ("registers", 3)]
)
def test_another_machine_or_compiler_has_other_names(monkeypatch, name, value):
    here = targets.host()
    before = target_name("code")
    monkeypatch.setattr(targets, "host", lambda: type(here)(**{**vars(here), name: value}))
    assert target_name("code") != before


def numbers(path: Path) -> Iterator[tuple[str, ast.Constant]]:
    """The numbers that stand in constants of a module, with the names of these."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign):
            names = [n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)]
            if all(name.isupper() for name in names):
                for part in ast.walk(node.value):
                    if isinstance(part, ast.Constant) and type(part.value) in (int, float):
                        yield names[0], part


def changed(text: str, number: ast.Constant) -> str:
    lines = text.splitlines(keepends=True)
    line = lines[number.lineno - 1].encode()
    new = f"({line[number.col_offset : number.end_col_offset].decode()} + 1)".encode()
    lines[number.lineno - 1] = (line[: number.col_offset] + new + line[number.end_col_offset :]).decode()
    return "".join(lines)


def test_every_constant_that_shapes_code_counts(tmp_path):
    for part in SHAPING:
        shutil.copytree(PACKAGE / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    seen, found = {sources_digest(tmp_path)}, set()
    for path in sorted(tmp_path.rglob("*.py")):
        text = path.read_text()
        for name, number in numbers(path):
            found.add(name)
            path.write_text(changed(text, number))
            seen.add(sources_digest.__wrapped__(tmp_path))
            path.write_text(text)
    counted = sum(1 for path in tmp_path.rglob("*.py") for _ in numbers(path))
    assert len(seen) == 1 + counted
    assert {"BLOCK_RATIO", "SCALAR_RATIO", "TILE", "BLOCK", "COLUMNS", "GROUP", "STREAM", "LIMIT", "OFFSETS"} <= found
    assert sources_digest.__wrapped__(tmp_path) == sources_digest()


@pytest.mark.parametrize(
    ("module", "name", "value"), [(rosenbrock, "BLOCK_RATIO", 8.0), (sparse_solve, "SCALAR_RATIO", 2.0)]
)
def test_another_plan_is_another_step(monkeypatch, module, name, value):
    network = networks.dark_cloud()
    kernel = ef.FusedRHS(network, backend="llvm").kernel
    step = native_form(Parts(ef.Rodas4().tableau, kernel, *jacobian_kernel(network, "llvm"), None, False))
    before = step.identity
    monkeypatch.setattr(module, name, value)
    after = replace(step)
    assert after.identity != before and target_name(after.identity) != target_name(before)
    assert [plan.tail for plan in after.plans] != [plan.tail for plan in step.plans]


def test_another_plan_is_another_factorisation(monkeypatch):
    pattern = lower_jacobian(networks.robertson())[1]
    before = lu_target(scalar_plan(pattern), "factorise")
    monkeypatch.setattr(sparse_solve, "SCALAR_RATIO", 2.0)
    assert lu_target(scalar_plan(pattern), "factorise") != before
