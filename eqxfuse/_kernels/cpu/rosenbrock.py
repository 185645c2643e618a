"""A whole Rosenbrock step of a network as one native call."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from eqxfuse._kernels.cpu.host import host
from eqxfuse._kernels.cpu.module import module_target
from eqxfuse._kernels.cpu.sparse_solve import TILE, scalar_plan
from eqxfuse._llvm.kernel.module import Modules
from eqxfuse._llvm.step.modifiers import Modifying
from eqxfuse._llvm.step.module import step_ir
from eqxfuse._llvm.step.rosenbrock import Method
from eqxfuse._program.ir import Program
from eqxfuse._program.lu_plan import plan_lu
from eqxfuse._program.one_line import OneLine
from eqxfuse._program.pattern import Pattern

BLOCK_RATIO = 2.0
"""Cost of a multiply-add in the sparse part over one in the dense block, measured for 8 lanes with AVX-512."""


@dataclass(frozen=True, repr=False)
class NativeStep(OneLine):
    """`(y, k, h)` -> [2 + dense terms, species]: the end of the step, its error, its interpolation.

    y [species] and k [reactions] in float64, h [s]; with `modifying` its parameters stand behind k. A method with
    slopes takes k and the parameters in rows, [rows, length], and behind them h df/dt [species]. CPU only; batches
    through vmap run with a lane for each cell. Not differentiable by itself.
    """

    rhs: Program
    jacobian: Program
    pattern: Pattern
    method: Method
    modifying: Modifying | None = None

    def __call__(self, *arrays: Float[Array, "..."]):
        *vectors, h = arrays
        shape = (self.method.outputs, self.pattern.states)
        result = jax.ShapeDtypeStruct((shape[0] * shape[1],), jnp.float64)
        call = jax.ffi.ffi_call(_target(self), result, vmap_method="expand_dims")
        return call(*map(jnp.ravel, vectors), jnp.reshape(h, (1,))).reshape(shape)

    def __repr__(self):
        return f"NativeStep({self.rhs!r}, {self.method.stages} stages)"

    def __hash__(self):
        return hash(self.identity)

    def __eq__(self, other):
        return isinstance(other, NativeStep) and self.identity == other.identity

    def modules(self, name: str) -> Modules:
        """The code, with the handler `@name`."""
        block = plan_lu(self.pattern, sparse_cost=BLOCK_RATIO, dense_cost=1.0, multiple=TILE)
        plans = (scalar_plan(self.pattern), block)
        shape = host().shape("float64")
        return step_ir(self.rhs, self.jacobian, self.modifying, plans, self.method, shape, name)

    @cached_property
    def identity(self) -> str:
        modifying = self.modifying.digest if self.modifying else ""
        return f"step {self.rhs.digest} {self.jacobian.digest} {self.pattern.digest} {self.method!r} {modifying}"


@lru_cache(maxsize=64)
def _target(step: NativeStep) -> str:
    return module_target(step.identity, step.modules)
