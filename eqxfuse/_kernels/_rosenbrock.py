"""A whole Rosenbrock step of a network as one native call."""

from dataclasses import dataclass
from functools import lru_cache

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from eqxfuse._emit._llvm_ir import Modules
from eqxfuse._emit._llvm_step import step_ir
from eqxfuse._emit._rosenbrock_step import Method
from eqxfuse._ir import Program
from eqxfuse._kernels._host import host
from eqxfuse._kernels._module import module_target
from eqxfuse._kernels._sparse_solve import TILE, scalar_plan
from eqxfuse._lower import Pattern, plan_lu

BLOCK_RATIO = 2.0
"""Cost of a multiply-add in the sparse part over one in the dense block, measured for 8 lanes with AVX-512."""


@dataclass(frozen=True)
class NativeStep:
    """`(y, k, h)` -> [2 + dense terms, species]: the end of the step, its error, its interpolation.

    y [species] and k [reactions] in float64, h [s]; `rhs` and `jacobian` take y and k alone. CPU only; batches
    through vmap run with a lane for each cell. Not differentiable by itself.
    """

    rhs: Program
    jacobian: Program
    pattern: Pattern
    method: Method

    def __call__(self, y: Float[Array, "species"], k: Float[Array, "reactions"], h: Float[Array, ""]):
        shape = (self.method.outputs, self.pattern.size)
        result = jax.ShapeDtypeStruct((shape[0] * shape[1],), jnp.float64)
        call = jax.ffi.ffi_call(_target(self), result, vmap_method="expand_dims")
        return call(y, k, jnp.reshape(h, (1,))).reshape(shape)

    def __hash__(self):
        return hash((self.rhs.digest, self.jacobian.digest, self.method))

    def __eq__(self, other):
        return isinstance(other, NativeStep) and self.identity == other.identity

    @property
    def identity(self) -> str:
        return f"step {self.rhs.digest} {self.jacobian.digest} {self.pattern.digest} {self.method!r}"


@lru_cache(maxsize=64)
def _target(step: NativeStep) -> str:
    def write(name: str) -> Modules:
        block = plan_lu(step.pattern, sparse_cost=BLOCK_RATIO, dense_cost=1.0, multiple=TILE)
        plans = (scalar_plan(step.pattern), block)
        return step_ir(step.rhs, step.jacobian, plans, step.method, host().shape("float64"), name)

    return module_target(step.identity, write)
