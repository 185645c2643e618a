"""A whole Rosenbrock step of a network as one native call."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._kernels.cpu.host import host
from eqxfuse._kernels.cpu.sparse_solve import TILE, scalar_plan
from eqxfuse._kernels.cpu.targets import target
from eqxfuse._llvm.modules import Modules
from eqxfuse._llvm.step.balance import Balance
from eqxfuse._llvm.step.method import Evaluation, Method
from eqxfuse._llvm.step.modifiers import Modifying
from eqxfuse._llvm.step.module import Reverse, step_ir
from eqxfuse._llvm.step.reversed_modifiers import ReversedModifying
from eqxfuse._llvm.step.signature import Signature
from eqxfuse._program.derivative import reverse_program
from eqxfuse._program.ir import Program
from eqxfuse._program.lu_plan import LUPlan, plan_lu
from eqxfuse._program.one_line import OneLine
from eqxfuse._program.pattern import Pattern

BLOCK_RATIO = 2.0
"""Cost of a multiply-add in the sparse part over one in the dense block, measured for 8 lanes with AVX-512."""


@dataclass(frozen=True, repr=False)
class NativeStep(OneLine):
    """The arguments of `signature` -> [2 + dense terms, species]: the end of the step, its error, its interpolation.

    All in float64. Coefficients that are not given follow from `evaluation`, and the temperature, where it is the last
    state, from `balance`. CPU only; batches through vmap run with a lane for each cell. Not differentiable by itself.
    """

    rhs: Program
    jacobian: Program
    pattern: Pattern
    method: Method
    signature: Signature
    modifying: Modifying | None = None
    evaluation: Evaluation | None = None
    balance: Balance | None = None

    def __call__(self, *arrays: Float[Array, "..."]):
        shape = (self.method.outputs, self.pattern.states)
        result = jax.ShapeDtypeStruct((shape[0] * shape[1],), jnp.float64)
        call = jax.ffi.ffi_call(target(self.identity, self.modules), result, vmap_method="expand_dims")
        return call(*map(jnp.ravel, arrays)).reshape(shape)

    def __repr__(self):
        return f"NativeStep({self.rhs!r}, {self.method.stages} stages)"

    def __hash__(self):
        return hash(self.identity)

    def __eq__(self, other):
        return isinstance(other, NativeStep) and self.identity == other.identity

    @cached_property
    def plans(self) -> tuple[LUPlan, LUPlan]:
        """For one lane and for a block."""
        block = plan_lu(self.pattern, sparse_cost=BLOCK_RATIO, dense_cost=1.0, multiple=TILE)
        return scalar_plan(self.pattern), block

    def modules(self, name: str, reverse: Reverse | None = None) -> Modules:
        """The code, with the handler `@name`."""
        parts = self.rhs, self.jacobian, self.modifying, self.evaluation, self.balance
        return step_ir(*parts, self.plans, self.method, self.signature, host().shape("float64"), name, reverse)

    @cached_property
    def identity(self) -> str:
        parts = (self.modifying, self.evaluation, self.balance)
        rates = " ".join(part.identity if part else "-" for part in parts)
        plans = " ".join(plan.digest for plan in self.plans)
        return f"step {self.rhs.digest} {self.jacobian.digest} {plans} {self.method!r} {self.signature!r} {rates}"


@dataclass(frozen=True, repr=False)
class NativeReverse(OneLine):
    """The arguments of a `NativeStep` that is given its coefficients, and what is given to its results -> what is given
    to each of the arguments: the transpose of its derivative. `modifying` is that of the step's modifiers.
    """

    step: NativeStep
    modifying: ReversedModifying | None = None

    def __call__(self, arrays: Sequence[Float[Array, "..."]], cotangent: Float[Array, "..."]) -> list:
        shapes = [argument.shape for argument in self.step.signature.arguments]
        lengths = [array.length for array in self.step.signature.arrays]
        result = jax.ShapeDtypeStruct((sum(lengths),), jnp.float64)
        call = jax.ffi.ffi_call(target(self.identity, self.modules), result, vmap_method="expand_dims")
        joined = call(*map(jnp.ravel, [*arrays, cotangent]))
        parts = jnp.split(joined, np.cumsum(lengths)[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]

    def __repr__(self):
        return f"NativeReverse({self.step!r})"

    def modules(self, name: str) -> Modules:
        """The code, with the handler `@name`."""
        rhs, jacobian = map(reverse_program, (self.step.rhs, self.step.jacobian))
        return self.step.modules(name, Reverse(rhs, jacobian, self.modifying))

    @cached_property
    def identity(self) -> str:
        return f"reverse {self.modifying.identity if self.modifying else '-'} {self.step.identity}"
