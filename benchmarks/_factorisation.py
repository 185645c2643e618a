"""Jacobian values and the factorisation of I - h J at the states of a real solve, against C; one cell, one core."""

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks._problems import Problem
from benchmarks._report import seconds, table
from benchmarks._timing import TURN, in_turn, medians
from benchmarks.limit_c import available, build_limit
from eqxfuse._kernels.cpu.sparse_solve import sparse_factors
from eqxfuse._rhs.fused import jacobian_kernel

LOOPS = 100
SOURCE = Path(__file__).with_name("_factorise.c")
FLAGS = ("-O2", "-march=native", "-shared", "-fPIC", "-I/usr/include/suitesparse")


def run(problem: Problem, options) -> list[dict]:
    """Seconds of one evaluation of the Jacobian and of one factorisation, ours and each peer's."""
    kernel, pattern = jacobian_kernel(problem.network, "llvm")
    y, k = jnp.asarray(problem.reference[-1]), jnp.asarray(problem.k)
    values, h = kernel(y, k), 1e-2 * problem.times[-1]
    calls = {
        "Jacobian": jacobian_calls(problem, options.out.parent / "c"),
        "factorisation": {"eqxfuse": loop(lambda v: sparse_factors(pattern, v, jnp.asarray(1 / h))[: len(v)], values)},
    }
    matrix = np.eye(pattern.size) / h
    matrix[pattern.rows, pattern.columns] -= np.asarray(values)
    calls["factorisation"] |= _peers(matrix, pattern, options.out.parent / "c")
    records = []
    for work, own in calls.items():
        for name, time in medians(in_turn(own, options.rounds, turn=TURN)).items():
            records.append({"work": work, "by": name, "time": time / LOOPS})
    print(f"\n{problem.name}: one cell")
    print(table([{**r, "time": seconds(r["time"])} for r in records]), flush=True)
    return records


def jacobian_calls(problem: Problem, directory: Path) -> dict[str, Callable[[], object]]:
    """`LOOPS` evaluations of the Jacobian's values by us and, where gcc is installed, by C."""
    kernel, _ = jacobian_kernel(problem.network, "llvm")
    y, k = jnp.asarray(problem.reference[-1]), jnp.asarray(problem.k)
    calls: dict[str, Callable[[], object]] = {"eqxfuse": loop(lambda v: kernel(v, k)[: len(v)], y)}
    if available():
        limit = build_limit(kernel.program, directory)
        arrays = (np.asarray(y), np.asarray(k), np.empty(len(kernel.program.outputs)))
        calls["C"] = lambda: limit.repeat(LOOPS, *(a.ctypes.data for a in arrays))
    return calls


def loop(f, start) -> Callable[[], object]:
    """`LOOPS` evaluations, each of which depends on the one before."""
    compiled = jax.jit(lambda x: lax.fori_loop(0, LOOPS, lambda _, v: v + 1e-30 * f(v), x))
    return lambda: compiled(start)


def _peers(matrix: np.ndarray, pattern, directory: Path) -> dict:
    """KLU's refactorisation and LAPACK, where gcc and both are installed."""
    if shutil.which("gcc") is None:
        return {}
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "factorise.so"
    command = ["gcc", *FLAGS, str(SOURCE), "-o", str(file), "-lklu", "-llapack", "-lblas"]
    if subprocess.run(command, capture_output=True).returncode:
        print("KLU and LAPACK are left out: they need SuiteSparse and LAPACK (Debian: libsuitesparse-dev)")
        return {}
    library = ctypes.CDLL(str(file.resolve()))
    order = np.lexsort((pattern.rows, pattern.columns))
    rows = np.ascontiguousarray(pattern.rows[order], dtype=np.int32)
    starts = np.searchsorted(pattern.columns[order], np.arange(pattern.size + 1)).astype(np.int32)
    values, dense = matrix[pattern.rows, pattern.columns][order], np.asfortranarray(matrix)
    arrays = [ctypes.c_void_p(a.ctypes.data) for a in (starts, rows, values, dense)]
    kept = (starts, rows, values, dense)

    def klu():
        _require(library.klu_repeat(pattern.size, *arrays[:3], LOOPS), "KLU", kept)

    def lapack():
        _require(library.lapack_repeat(pattern.size, arrays[3], LOOPS), "LAPACK", kept)

    return {"KLU refactor": klu, "LAPACK": lapack}


def _require(code: int, who: str, _kept) -> None:
    if code:
        raise RuntimeError(f"{who} could not factorise the matrix: code {code}")
