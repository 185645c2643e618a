"""A program as a few array operations of plain JAX: gathers, products and a summation tree."""

from functools import cached_property
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from eqxfuse._kernels.kernel import Kernel
from eqxfuse._kernels.levels import Levels
from eqxfuse._kernels.summation import SummationTree
from eqxfuse._program.polynomial import Polynomial, multiply_out


class VectorizedKernel(Kernel):
    """No code generation: starts at once, runs on every device, and serves as the source of derivatives."""

    backend: ClassVar[str] = "vectorized"

    @cached_property
    def _columns(self) -> tuple[tuple[int, np.ndarray], ...]:
        """(input, positions [monomials]) for each factor; one past the end stands for 1."""
        monomials = self._polynomial.monomials
        columns = []
        for number, array in enumerate(self.program.inputs):
            own = [[a.index for a in m if a.array == array.name] for m in monomials]
            for place in range(max(map(len, own), default=0)):
                positions = [o[place] if place < len(o) else array.length for o in own]
                columns.append((number, np.array(positions, dtype=np.int32)))
        return tuple(columns)

    @cached_property
    def _polynomial(self) -> Polynomial:
        return multiply_out(self.program)

    @cached_property
    def _sums(self) -> SummationTree:
        return SummationTree.build(self._polynomial.outputs, len(self._polynomial.monomials))

    @cached_property
    def _run(self):
        if self.program.calls:
            return jax.jit(Levels(self.program))

        def run(*arrays):
            terms = None
            for number, positions in self._columns:
                factor = _pick(arrays[number], positions)
                terms = factor if terms is None else terms * factor
            if terms is None:
                terms = jnp.ones(len(self._polynomial.monomials), arrays[0].dtype)
            return self._sums(terms, self.program.compensated)

        return jax.jit(run)

    @property
    def source(self) -> str:
        if self.program.calls:
            return f"# {self.program.summary()}\n# array operations on {len(Levels(self.program).levels)} levels\n"
        levels = " -> ".join(f"{rows}x{columns}" for rows, columns in (v.shape for v in self._sums.levels))
        return (
            f"# {self.program.summary()}\n# {len(self._polynomial.monomials)} monomials of "
            f"{len(self._columns)} gathered factors, summed by gathers {levels}\n"
        )

    def __call__(self, *arrays):
        return self._run(*arrays)


def _pick(values, positions: np.ndarray):
    """`values[positions]`, where the position one past the end reads 1; no gather for the identity."""
    n = len(values)
    if len(positions) == n and np.array_equal(positions, np.arange(n)):
        return values
    padded = jnp.concatenate([values, jnp.ones(1, values.dtype)]) if n in positions else values
    return padded.at[positions].get(mode="promise_in_bounds")
