"""What every kernel is: a program that can be called on JAX arrays."""

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Array, Float

from eqxfuse._program.ir import Program


@dataclass(frozen=True)
class Capabilities:
    """What kernels of a kind do beyond evaluating their program; all of it in float64."""

    lanes: int = 1
    """Cells of a batch that native code computes side by side."""
    step: bool = False
    """Whether a solver's whole step can be one call."""
    lu: bool = False
    """Whether a Jacobian of this kind can be factorised by native sparse LU."""


class Kernel:
    """A callable form of a program.

    Called with the program's inputs in order, each [length] and all of one dtype (float32 or float64);
    returns [outputs] in that dtype. Works under every JAX transformation. Kernels of one class are equal
    when their programs are; pickling keeps the program and builds again.
    """

    backend: ClassVar[str]

    def __init__(self, program: Program):
        self.program = program

    @property
    def capabilities(self) -> Capabilities:
        """What is asked instead of the name of the backend."""
        return Capabilities()

    @property
    def source(self) -> str:
        """The code that runs, or a description of the operations where no code is generated."""
        raise NotImplementedError

    def __call__(self, *arrays: Float[Array, "..."]) -> Float[Array, "..."]:
        raise NotImplementedError

    def __eq__(self, other):
        return type(self) is type(other) and self.program.digest == other.program.digest

    def __hash__(self):
        return hash((type(self), self.program.digest))

    def __reduce__(self):
        return type(self), (self.program,)

    def __repr__(self):
        return f"{type(self).__name__}({self.program.name}, {self.program.digest[:12]})"
