"""A program as native code, called through XLA's FFI."""

from functools import lru_cache
from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._emit._derivative import forward_program, reverse_program
from eqxfuse._ir import Program
from eqxfuse._kernels._ffi import source, target
from eqxfuse._kernels._host import host
from eqxfuse._kernels._kernel import Kernel
from eqxfuse._kernels._program_call import call


class LlvmKernel(Kernel):
    """LLVM IR with a SIMD lane for each cell of a batch, compiled by llvmlite: CPU only.

    Raises `BackendUnavailable` where native kernels cannot run. Compiled when it is first traced, once for
    each dtype; the code stays loaded as long as the process lives.
    """

    backend: ClassVar[str] = "llvm"

    def __init__(self, program: Program):
        host()
        super().__init__(program)

    @property
    def source(self) -> str:
        """The LLVM IR for JAX's default float type."""
        return source(self.program, _default_dtype())

    def compile(self, dtype: str | None = None) -> None:
        """Make the code for `dtype` (default: JAX's default float type) ready now."""
        target(self.program, dtype or _default_dtype())

    def __call__(self, *arrays):
        return call(self, [jnp.asarray(a) for a in arrays])

    def forward(self, active: tuple[int, ...]) -> "LlvmKernel":
        """The derivative along tangents of the inputs `active`, which follow the inputs."""
        return _forward(self, active)

    def reverse(self, wanted: tuple[int, ...], linear: tuple[int, ...]) -> "LlvmKernel":
        """The transpose: from the inputs that are not `linear` and a cotangent to those of `wanted`, joined."""
        return _reverse(self, wanted, linear)


def build_llvm_kernel(program: Program) -> LlvmKernel:
    """A native kernel, compiled for JAX's default float type. Raises `BackendUnavailable`."""
    kernel = LlvmKernel(program)
    kernel.compile()
    return kernel


def _default_dtype() -> str:
    return jnp.result_type(float).name


@lru_cache(maxsize=64)
def _forward(kernel: LlvmKernel, active: tuple[int, ...]) -> LlvmKernel:
    return LlvmKernel(forward_program(kernel.program, active))


@lru_cache(maxsize=64)
def _reverse(kernel: LlvmKernel, wanted: tuple[int, ...], linear: tuple[int, ...]) -> LlvmKernel:
    return LlvmKernel(reverse_program(kernel.program, wanted, linear))
