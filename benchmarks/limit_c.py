"""The limit that native kernels are measured against: the same program as C, compiled by gcc -O2 -march=native.

One cell at a time, and a lane for each cell of a block, written as GCC vectors; plain loops of C transpose rows.
"""

import ctypes
import hashlib
import shutil
import subprocess
from pathlib import Path

from benchmarks._c_code import c_function
from eqxfuse._program.ir import Program

FLAGS = ("-O2", "-march=native", "-shared", "-fPIC")


def available() -> bool:
    """Whether gcc is installed."""
    return shutil.which("gcc") is not None


def build_limit(program: Program, directory: Path, lanes: int = 8) -> ctypes.CDLL:
    """The library of `limit_source`, compiled into `directory` unless it is there; gcc takes minutes for RATE22."""
    text = limit_source(program, lanes)
    path = directory / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.so"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".c").write_text(text)
        subprocess.run(["gcc", *FLAGS, str(path.with_suffix(".c")), "-o", str(path)], check=True)
    library = ctypes.CDLL(str(path))
    pointers, numbers = [ctypes.c_void_p] * len(program.inputs), [ctypes.c_long] * len(program.inputs)
    library.repeat.argtypes = [ctypes.c_long, *pointers, ctypes.c_void_p]
    library.batch.argtypes = [ctypes.c_long, *pointers, *numbers, ctypes.c_void_p]
    return library


def limit_source(program: Program, lanes: int) -> str:
    """`repeat(times, inputs..., out)` for one cell, and `batch(cells, inputs..., strides..., out)`.

    A stride is the distance in numbers from one cell's input to the next one's: 0 where cells share it. `cells`
    is a multiple of `lanes`.
    """
    head = f"typedef double many __attribute__((vector_size({8 * lanes})));\n"
    block = c_function("block", program).replace("double", "many").replace("= 0.0;", "= (many){0};")
    return "\n".join([head, c_function("cell", program), block, _repeat(program), _batch(program, lanes)])


def _repeat(program: Program) -> str:
    parameters = ", ".join(f"const double *{a.name}" for a in program.inputs)
    call = f"cell({', '.join(a.name for a in program.inputs)}, out)"
    return f"void repeat(long times, {parameters}, double *out) {{\n  for (long i = 0; i < times; i++) {call};\n}}\n"


def _batch(program: Program, lanes: int) -> str:
    size, inputs = len(program.outputs), program.inputs
    rows = ", ".join(f"const double *{a.name}_rows" for a in inputs)
    strides = ", ".join(f"long {a.name}_stride" for a in inputs)
    buffers = [f"  static many {a.name}[{a.length}];" for a in inputs]
    loads = [
        f"    for (long i = 0; i < {a.length}; i++) for (int l = 0; l < {lanes}; l++)\n"
        f"      ((double *){a.name})[{lanes} * i + l] = {a.name}_rows[(c + l) * {a.name}_stride + i];"
        for a in inputs
    ]
    lines = [
        f"void batch(long cells, {rows}, {strides}, double *out_rows) {{",
        *buffers,
        f"  static many out[{size}];",
        f"  for (long c = 0; c < cells; c += {lanes}) {{",
        *loads,
        f"    block({', '.join(a.name for a in inputs)}, out);",
        f"    for (long i = 0; i < {size}; i++) for (int l = 0; l < {lanes}; l++)",
        f"      out_rows[(c + l) * {size} + i] = ((double *)out)[{lanes} * i + l];",
        "  }\n}\n",
    ]
    return "\n".join(lines)
