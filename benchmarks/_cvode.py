"""CVODE of SUNDIALS, driven from C: its BDF with right-hand side and Jacobian compiled from our own programs."""

import ctypes
import hashlib
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

import eqxfuse as ef
from benchmarks._c_code import c_function
from eqxfuse._lower.jacobian import lower_jacobian
from eqxfuse._lower.rhs import lower_rhs
from eqxfuse._program.pattern import Pattern

DRIVER = Path(__file__).with_name("_cvode.c")
FLAGS = ("-O2", "-march=native", "-shared", "-fPIC", "-I/usr/include/suitesparse")
LIBRARIES = ("sundials_cvode", "sundials_nvecserial", "sundials_sunlinsolklu", "sundials_sunmatrixsparse")
LIBRARIES += ("sundials_sunmatrixdense", "klu", "lapack", "blas", "m")
LINEAR_SOLVERS = {"KLU": 0, "LAPACK": 1}
COUNTS = ("steps", "f", "jacobians", "factorisations", "iterations", "failed error tests", "failed iterations")


class CVODE:
    """CVODE for one network with the linear solver "KLU" (AMD ordering) or "LAPACK" (dense)."""

    def __init__(self, network: ef.Network, linear: str, directory: Path):
        self.species = len(network.species)
        self.library = _library(network, directory)
        self.solver = self.library.solver_open(LINEAR_SOLVERS[linear])
        if not self.solver:
            raise RuntimeError(f"SUNDIALS refused to make a solver with {linear}")

    def __call__(self, y0, k, times, rtol: float, atol: float) -> tuple[np.ndarray, Mapping[str, int]]:
        """Abundances [times, species] and counts; `k` are the coefficients times n_H^(m-1)."""
        out = np.empty((len(times), self.species))
        counts = np.zeros(len(COUNTS), dtype=np.int64)
        arrays = [np.ascontiguousarray(a, dtype=np.float64) for a in (y0, k, times)]
        code = self.library.solver_run(
            self.solver, *map(_address, arrays), len(times), rtol, atol, _address(out), _address(counts)
        )
        if code < 0:
            out[-1] = np.nan
        return out, dict(zip(COUNTS, counts.tolist(), strict=True))


def available() -> bool:
    """Whether gcc, SUNDIALS with KLU and LAPACK are installed."""
    if shutil.which("gcc") is None:
        return False
    flags = [f"-l{name}" for name in LIBRARIES]
    headers = "#include <cvode/cvode.h>\n#include <sunlinsol/sunlinsol_klu.h>\nint main(void) { return 0; }\n"
    command = ["gcc", *FLAGS, "-x", "c", "-", "-o", "/dev/null", *flags]
    return subprocess.run(command, input=headers, text=True, capture_output=True).returncode == 0


def _library(network: ef.Network, directory: Path) -> ctypes.CDLL:
    """The compiled driver, from `directory` when it is there already."""
    source = network_source(network)
    text = source + DRIVER.read_text() + " ".join(FLAGS)
    folder = directory / hashlib.sha256(text.encode()).hexdigest()[:16]
    path = folder / "cvode.so"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "network.h").write_text(source)
        libraries = [f"-l{name}" for name in LIBRARIES]
        command = ["gcc", *FLAGS, f"-I{folder}", str(DRIVER), "-o", str(folder / "new.so"), *libraries]
        subprocess.run(command, check=True)
        (folder / "new.so").rename(path)
    return _declared(ctypes.CDLL(str(path)))


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    pointer, real = ctypes.c_void_p, ctypes.c_double
    library.solver_open.restype = pointer
    library.solver_open.argtypes = [ctypes.c_int]
    library.solver_run.restype = ctypes.c_int
    library.solver_run.argtypes = [*[pointer] * 4, ctypes.c_long, real, real, pointer, pointer]
    return library


def network_source(network: ef.Network) -> str:
    """`rhs`, `jacobian` and the pattern of the Jacobian in compressed columns.

    Raises `ValueError` for a network whose coefficients depend on abundances.
    """
    rhs = lower_rhs(network)
    if len(rhs.inputs) > 2:
        raise ValueError("coefficients depend on abundances; make the network of its equations alone")
    program, pattern = lower_jacobian(network)
    order, starts = _columns(pattern)
    jacobian = replace(program, outputs=tuple(program.outputs[i] for i in order))
    sizes = f"#define SPECIES {pattern.size}\n#define STORED {pattern.stored}\n"
    rows, columns = pattern.rows[order], pattern.columns[order]
    tables = _table("starts", starts) + _table("rows", rows) + _table("diagonal", np.flatnonzero(rows == columns))
    return sizes + tables + c_function("rhs", rhs) + c_function("jacobian", jacobian)


def _columns(pattern: Pattern) -> tuple[np.ndarray, np.ndarray]:
    """The stored elements column by column, and where each column starts."""
    order = np.lexsort((pattern.rows, pattern.columns))
    return order, np.cumsum([0, *np.bincount(pattern.columns, minlength=pattern.size)])


def _table(name: str, values: np.ndarray) -> str:
    return f"static const sunindextype {name}[] = {{{', '.join(map(str, values.tolist()))}}};\n"


def _address(array: np.ndarray) -> int:
    return array.ctypes.data
