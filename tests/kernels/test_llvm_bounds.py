"""Native code reads and writes nothing beyond its arrays: each array ends at a page that may not be touched."""

import ctypes
import mmap
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("llvmlite")
if sys.platform == "win32":
    pytest.skip("needs mprotect", allow_module_level=True)

from eqxfuse import networks
from eqxfuse._kernels.cpu.native_program import NativeProgram
from eqxfuse._kernels.cpu.targets import addresses
from eqxfuse._llvm.xla.job import CELLS, RANK, REFERENCES, SIZES
from eqxfuse._lower.rhs import lower_rhs
from eqxfuse._program.derivative import reverse_program
from eqxfuse._program.reference import evaluate

PAGE = mmap.PAGESIZE
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]


class Guarded:
    """An array with a forbidden page right behind it, or right before it."""

    def __init__(self, values: np.ndarray, behind: bool):
        pages = -(-values.nbytes // PAGE) or 1
        self.memory = mmap.mmap(-1, (pages + 2) * PAGE)
        whole = np.frombuffer(self.memory, np.uint8)
        for page in (0, pages + 1):
            if LIBC.mprotect(whole.ctypes.data + page * PAGE, PAGE, 0):
                raise OSError(ctypes.get_errno(), "mprotect")
        start = (pages + 1) * PAGE - values.nbytes if behind else PAGE
        self.array = whole[start : start + values.nbytes].view(values.dtype).reshape(values.shape)
        self.array[...] = values


def job(arrays, strides, cells):
    """A job of one batch axis: the words that the native worker reads."""
    words = np.zeros(SIZES + 1 + 2 * len(arrays), np.int64)
    words[REFERENCES], words[CELLS], words[RANK], words[SIZES] = 1, cells, 1, cells
    words[SIZES + 1 :: 2] = [a.ctypes.data for a in arrays]
    words[SIZES + 2 :: 2] = strides
    return words


PROGRAMS = {
    "robertson": lambda: lower_rhs(networks.robertson()),
    "dark_cloud": lambda: lower_rhs(networks.dark_cloud()),
    "dark_cloud gradient": lambda: reverse_program(lower_rhs(networks.dark_cloud()), (0, 1)),
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("behind", [True, False])
def test_batches_of_1_to_33(name, dtype, behind):
    """Results are right, too; every second size shares all inputs but the first between cells."""
    program = PROGRAMS[name]()
    worker = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(addresses(NativeProgram.of(program).target(dtype))["worker"])
    rng = np.random.default_rng(0)
    for cells in range(1, 34):
        shared = cells % 2 == 0
        shapes = [(1 if shared and i else cells, a.length) for i, a in enumerate(program.inputs)]
        inputs = [Guarded(rng.uniform(0.5, 1.5, shape).astype(dtype), behind) for shape in shapes]
        output = Guarded(np.full((cells, len(program.outputs)), np.nan, dtype), behind)
        arrays = [*(g.array for g in inputs), output.array]
        strides = [a.strides[0] if len(a) == cells else 0 for a in arrays]
        worker(job(arrays, strides, cells).ctypes.data)
        named = {a.name: g.array for a, g in zip(program.inputs, inputs, strict=True)}
        tolerance = 1e-11 if dtype == "float64" else 1e-3
        np.testing.assert_allclose(output.array, evaluate(program, named).astype(float), rtol=tolerance, atol=tolerance)


def test_the_guard_guards():
    """Reading past the end of a guarded array kills a process."""
    code = (
        "from tests.kernels.test_llvm_bounds import Guarded; import numpy as np, ctypes;"
        "g = Guarded(np.zeros(3), True); ctypes.c_double.from_address(g.array.ctypes.data + 24).value"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode < 0
