"""Programs behind native kernels, and their derivatives, which are written only when code has to be generated."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

from eqxfuse._kernels.cpu.host import host
from eqxfuse._kernels.cpu.targets import target
from eqxfuse._llvm.kernel.module import llvm_ir
from eqxfuse._llvm.modules import Modules
from eqxfuse._program.derivative import forward_program, reverse_program
from eqxfuse._program.ir import Array, Program
from eqxfuse._program.one_line import OneLine

SMALL = 64
"""Statements of a program that XLA runs faster unrolled than it calls native code."""


@dataclass(frozen=True, eq=False, repr=False)
class NativeProgram(OneLine):
    """What a program takes and gives, who it is (`digest`), and how to write it.

    `parent` and `active` tell which derivative of which program it is (`kind` "forward" or "reverse").
    """

    name: str
    digest: str
    inputs: tuple[Array, ...]
    outputs: int
    make: Callable[[], Program]
    kind: str = "plain"
    parent: "NativeProgram | None" = None
    active: tuple[int, ...] = ()

    @classmethod
    def of(cls, program: Program) -> "NativeProgram":
        return cls(program.name, program.digest, program.inputs, len(program.outputs), lambda: program)

    @cached_property
    def program(self) -> Program:
        return self.make()

    def target(self, dtype: str) -> str:
        """The name under which XLA finds the kernel for `float32` or `float64`."""
        return target(self.identity(dtype), partial(self.modules, dtype))

    def identity(self, dtype: str) -> str:
        """What the kernel for a number type computes."""
        return f"program {self.digest} {dtype}"

    def modules(self, dtype: str, name: str, comments: bool = False) -> Modules:
        """The code, with the handler `@name`."""
        return llvm_ir(self.program, host().shape(dtype), name, comments)

    @cached_property
    def small(self) -> bool:
        """Whether XLA makes one short loop of it, unrolled: measured on networks of 3 to 34 species."""
        return (self.parent is None or self.parent.small) and len(self.program.statements) <= SMALL

    def forward(self, active: tuple[int, ...]) -> "NativeProgram":
        """The derivative along tangents of the inputs `active`, which follow the inputs."""
        tangents = tuple(Array(f"{self.inputs[i].name}_dot", self.inputs[i].length) for i in active)
        return self._derived("forward", active, tangents, self.outputs, lambda: forward_program(self.program, active))

    def reverse(self, active: tuple[int, ...]) -> "NativeProgram":
        """The cotangents of the inputs `active`, joined, from that of the outputs, which follows the inputs."""
        length = sum(self.inputs[i].length for i in active)
        cotangent = (Array("result_bar", self.outputs),)
        return self._derived("reverse", active, cotangent, length, lambda: reverse_program(self.program, active))

    def _derived(self, kind: str, active, more, outputs: int, make) -> "NativeProgram":
        digest = hashlib.sha256(f"{self.digest} {kind} {active}".encode()).hexdigest()
        return NativeProgram(f"{self.name}_{kind}", digest, (*self.inputs, *more), outputs, make, kind, self, active)

    def __repr__(self):
        return f"NativeProgram({self.name}, {self.digest[:12]})"

    def __eq__(self, other):
        return isinstance(other, NativeProgram) and self.digest == other.digest

    def __hash__(self):
        return hash(self.digest)
