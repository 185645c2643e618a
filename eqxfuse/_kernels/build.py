"""Which kernel runs a program here."""

import logging
import os
from functools import cache
from typing import Literal, TypeAlias

import jax

from eqxfuse._kernels.cpu.host import host
from eqxfuse._kernels.jax_kernel import JaxKernel
from eqxfuse._kernels.kernel import Kernel
from eqxfuse._kernels.vectorized import VectorizedKernel
from eqxfuse._program.ir import Program
from eqxfuse.errors import BackendUnavailable

Backend: TypeAlias = Literal["auto", "llvm", "jax", "vectorized"]

_log = logging.getLogger("eqxfuse")


def build_kernel(program: Program, backend: Backend = "auto") -> Kernel:
    """A kernel for `program`.

    `"auto"` takes the environment variable `EQXFUSE_BACKEND` when it is set; otherwise `llvm` on a CPU where
    llvmlite is installed, else `vectorized`, which XLA runs faster than the unrolled code of `jax` on networks of
    every size. Raises `ValueError` for an unknown backend and `BackendUnavailable` for one that cannot run here.
    """
    chosen = os.environ.get("EQXFUSE_BACKEND", "auto") if backend == "auto" else backend
    if chosen == "auto":
        chosen = _best()
    if chosen == "vectorized":
        return VectorizedKernel(program)
    if chosen == "jax":
        return JaxKernel(program)
    if chosen == "llvm":
        from eqxfuse._kernels.cpu.llvm_kernel import build_llvm_kernel

        return build_llvm_kernel(program)
    where = "backend" if backend != "auto" else "the environment variable EQXFUSE_BACKEND"
    raise ValueError(f"{where} must be one of auto, llvm, jax, vectorized; got {chosen!r}")


@cache
def _best() -> str:
    if jax.default_backend() != "cpu":
        return "vectorized"
    try:
        host()
    except BackendUnavailable as reason:
        _log.warning("eqxfuse runs its plain JAX kernels: %s", reason)
        return "vectorized"
    return "llvm"
