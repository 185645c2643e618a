"""A program as generated, unrolled JAX code."""

import linecache
from functools import cached_property
from typing import ClassVar

import jax

from eqxfuse._kernels.kernel import Kernel
from eqxfuse._python.source import jax_source


class JaxKernel(Kernel):
    """Every operation is a line of Python that XLA compiles: runs wherever JAX does, compiles slowly."""

    backend: ClassVar[str] = "jax"

    @cached_property
    def _source(self) -> str:
        return jax_source(self.program)

    @property
    def source(self) -> str:
        return self._source

    @cached_property
    def _run(self):
        return jax.jit(execute(self.source, self.program.digest)[self.program.name])

    def __call__(self, *arrays):
        return self._run(*arrays)


def execute(source: str, digest: str) -> dict:
    """Run generated code in a namespace of its own; tracebacks show its lines.

    The text holds only numbers, keywords of our own and sanitised identifiers: nothing of a network file
    reaches it but through them.
    """
    filename = f"<eqxfuse {digest[:16]}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    namespace: dict = {"__name__": f"eqxfuse_generated_{digest[:16]}"}
    exec(compile(source, filename, "exec"), namespace)
    return namespace
