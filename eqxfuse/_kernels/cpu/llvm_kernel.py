"""A program as native code, called through XLA's FFI."""

from functools import cached_property
from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._kernels.cpu.host import host
from eqxfuse._kernels.cpu.native_program import NativeProgram
from eqxfuse._kernels.cpu.program_call import call
from eqxfuse._kernels.cpu.targets import target_name
from eqxfuse._kernels.kernel import Capabilities, Kernel
from eqxfuse._program.ir import Program


class LlvmKernel(Kernel):
    """LLVM IR with a SIMD lane for each cell of a batch, compiled by llvmlite: CPU only.

    Compiled for JAX's default float type at once, for the other one and for derivatives when they are first
    traced; the code stays loaded as long as the process lives. Raises `BackendUnavailable` where native
    kernels cannot run.
    """

    backend: ClassVar[str] = "llvm"

    def __init__(self, program: Program):
        host()
        super().__init__(program)
        self._native.target(_default_dtype())

    @cached_property
    def _native(self) -> NativeProgram:
        return NativeProgram.of(self.program)

    @property
    def capabilities(self) -> Capabilities:
        """Steps are written for plain sums."""
        return Capabilities(lanes=host().shape("float64").lanes, step=not self.program.compensated, lu=True)

    @property
    def source(self) -> str:
        """The LLVM IR for JAX's default float type."""
        dtype = _default_dtype()
        modules = self._native.modules(dtype, target_name(self._native.identity(dtype)), comments=True)
        return "\n".join(filter(None, (modules.arithmetic, modules.frame, modules.functions)))

    def __call__(self, *arrays):
        values = [jnp.asarray(a) for a in arrays]
        if any(v.ndim != 1 for v in values):
            shapes = ", ".join(str(v.shape) for v in values)
            raise ValueError(f"{self.program.name} takes arrays of one axis, got {shapes}; use vmap for batches")
        return call(self._native, values)


def build_llvm_kernel(program: Program) -> LlvmKernel:
    """A native kernel. Raises `BackendUnavailable` where it cannot run."""
    return LlvmKernel(program)


def _default_dtype() -> str:
    return jnp.result_type(float).name
