"""LLVM IR of calls of the network's f and its Jacobian."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from eqxfuse._llvm.algebra.builder import POINTER, Code
from eqxfuse._llvm.algebra.scalars import emit_scalars
from eqxfuse._llvm.step.method import Modifying


@dataclass(frozen=True, eq=False)
class Equation:
    """f and df/dy in a step that `code` is writing, on numbers of the type `number`.

    `rhs` and `jacobian` name functions `(y, k, out, work)`, which with `modifying` take behind k the modifiers, and
    `jacobian` these and their slopes. `part` holds the work space: "scratch" for the two, and "modifiers".
    """

    code: Code
    number: ir.Type
    rhs: str
    jacobian: str
    modifying: Modifying | None
    part: Mapping[str, Any]

    def f(self, state, k, c, out) -> None:
        """f at a state, with coefficients k and the parameters c of the modifiers."""
        if not self.modifying:
            return self._call(self.rhs, state, k, out)
        self._scalars("modifiers", self.modifying.modifiers, state, c)
        return self.f_with(state, k, self.part["modifiers"], out)

    def f_with(self, state, k, modifiers, out) -> None:
        """f with given modifiers."""
        self._call(self.rhs, state, k, modifiers, out)

    def df_dy(self, state, k, c, out) -> None:
        """The values of the Jacobian."""
        if not self.modifying:
            return self._call(self.jacobian, state, k, out)
        modifiers = self.part["modifiers"]
        self._scalars("slopes", self.modifying.slopes, state, c)
        slopes = self.code.at(modifiers, len(self.modifying.modifiers.outputs), self.number)
        return self._call(self.jacobian, state, k, modifiers, slopes, out)

    def _call(self, name: str, *arrays) -> None:
        module = self.code.build.module
        kind = ir.FunctionType(ir.VoidType(), [POINTER] * (len(arrays) + 1))
        function = module.globals.get(name) or ir.Function(module, kind, name)
        self.code.build.call(function, [*arrays, self.part["scratch"]])

    def _scalars(self, name: str, function, state, c) -> None:
        module, name = self.code.build.module, f"{name}_of_{self.rhs}"
        known = module.globals.get(name) or emit_scalars(module, name, function, ("y", "c"), self.number)
        self.code.build.call(known, [state, c, self.part["modifiers"]])
