"""The rows of a table of rate laws as one native call."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from eqxfuse._emit._llvm_ir import Modules
from eqxfuse._emit._llvm_rates import LawRows, rates_ir
from eqxfuse._kernels._host import host
from eqxfuse._kernels._module import module_target


@dataclass(frozen=True, eq=False)
class NativeRates:
    """`(conditions, parameters...)` -> the results of all rows of all laws, one result behind the other, in float64.

    conditions [`conditions`]; of each law each parameter [its rows]. CPU only. Not differentiable by itself.
    """

    laws: tuple[LawRows, ...]
    conditions: int
    results: int

    def __call__(self, conditions: Float[Array, " fields"], *parameters: Float[Array, " own"]):
        result = jax.ShapeDtypeStruct((self.results * sum(law.rows for law in self.laws),), jnp.float64)
        return jax.ffi.ffi_call(self._target, result, vmap_method="expand_dims")(conditions, *parameters)

    @cached_property
    def _target(self) -> str:
        def write(name: str) -> Modules:
            return rates_ir(self.laws, self.conditions, self.results, host().shape("float64"), name)

        return module_target(f"rates {self.conditions} {' '.join(map(_identity, self.laws))}", write)


def _identity(law: LawRows) -> str:
    return f"{law.function.digest} {law.parameters} {hashlib.sha256(law.limits.tobytes()).hexdigest()}"
