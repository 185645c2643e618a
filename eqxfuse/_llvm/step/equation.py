"""LLVM IR of calls of the network's f and its Jacobian."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from eqxfuse._llvm.algebra.builder import POINTER, Code
from eqxfuse._llvm.step.modifiers import ModifierCode


@dataclass(frozen=True, eq=False)
class Equation:
    """f and df/dy in a step that `code` is writing, on numbers of the type `number`.

    `rhs` and `jacobian` name functions `(y, k, out, work)`, which with `modifiers` take behind k the modifiers, and
    `jacobian` these and their slopes. `part` holds the work space: "scratch" for all of them, and what
    `Modifying.layout` lists.
    """

    code: Code
    number: ir.Type
    rhs: str
    jacobian: str
    modifiers: ModifierCode | None
    part: Mapping[str, Any]

    def f(self, state, k, c, out) -> None:
        """f at a state, with coefficients k and the parameters c of the modifiers."""
        self.chemistry(state, k, c, out)

    def chemistry(self, state, k, c, out) -> None:
        """f of the species alone."""
        if not self.modifiers:
            return self._call(self.rhs, state, k, out)
        self._modify(self.modifiers, state, k, c, slopes=False)
        return self.f_with(state, k, self.part["modifiers"], out)

    def find_totals(self, state, k, c) -> None:
        """The totals that modifiers depend on, and the modifiers with them; nothing where there are none."""
        if self.modifiers and self.modifiers.modifying.layout["totals"]:
            self._modify(self.modifiers, state, k, c, slopes=False)

    def totals(self, state, k, modifiers, out) -> None:
        """All totals with given modifiers."""
        assert self.modifiers
        self.modifiers.call_totals(self.code, state, k, modifiers, out, self.part["scratch"])

    def f_with(self, state, k, modifiers, out) -> None:
        """f with given modifiers."""
        self._call(self.rhs, state, k, modifiers, out)

    def df_dy(self, state, k, c, out) -> None:
        """The values of the Jacobian."""
        if not self.modifiers:
            return self._call(self.jacobian, state, k, out)
        self._modify(self.modifiers, state, k, c, slopes=True)
        return self._call(self.jacobian, state, k, self.part["modifiers"], self.part["slopes"], out)

    def _call(self, name: str, *arrays) -> None:
        module = self.code.build.module
        kind = ir.FunctionType(ir.VoidType(), [POINTER] * (len(arrays) + 1))
        function = module.globals.get(name) or ir.Function(module, kind, name)
        self.code.build.call(function, [*arrays, self.part["scratch"]])

    def _modify(self, modifiers: ModifierCode, state, k, c, slopes: bool) -> None:
        work = [self.part[name] for name in (*modifiers.modifying.layout, "scratch")]
        self.code.build.call(modifiers.function(slopes), [state, k, c, *work])
