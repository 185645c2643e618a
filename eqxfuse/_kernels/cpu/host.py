"""What native code is written for: this machine's processor, as LLVM names it."""

import sys
from dataclasses import dataclass
from functools import cache

from eqxfuse._llvm.modules import Shape
from eqxfuse.errors import BackendUnavailable

MINIMUM = (0, 45)
"""The oldest llvmlite that works: the first whose pointers carry no type (LLVM 20)."""

INSTALL = "pip install 'eqxfuse[native]'"


@dataclass(frozen=True)
class Host:
    """Processor and its features; bytes of a vector register, number of vector registers; llvmlite's version."""

    cpu: str
    features: str
    vector_bytes: int
    registers: int
    llvmlite: str

    def shape(self, dtype: str) -> Shape:
        """The layout of a kernel for `float32` or `float64`."""
        scalar, size = ("float", 4) if dtype == "float32" else ("double", 8)
        return Shape(scalar, self.vector_bytes // size, self.registers)


@cache
def host() -> Host:
    """This machine. Raises `BackendUnavailable` where native kernels cannot run."""
    if sys.maxsize < 2**32:
        raise BackendUnavailable("native kernels need a 64-bit Python; use backend='vectorized'")
    try:
        import llvmlite
        import llvmlite.binding as llvm
    except ImportError as missing:
        raise BackendUnavailable(f"native kernels need llvmlite: {INSTALL}") from missing
    check_version(llvmlite.__version__)
    features = llvm.get_host_cpu_features()
    on = {name for name, has in features.items() if has}
    vector = 64 if {"avx512f", "avx512vl"} <= on else 32 if "avx" in on else 16
    registers = 32 if vector == 64 or "neon" in on else 16
    return Host(llvm.get_host_cpu_name(), features.flatten(), vector, registers, llvmlite.__version__)


def check_version(version: str) -> None:
    """Raises `BackendUnavailable` for an llvmlite that is too old."""
    if tuple(int(part) for part in version.split(".")[:2]) < MINIMUM:
        wanted = ".".join(map(str, MINIMUM))
        raise BackendUnavailable(f"native kernels need llvmlite >= {wanted}, this is {version}: {INSTALL}")
