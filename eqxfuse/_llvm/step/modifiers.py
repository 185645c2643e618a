"""LLVM IR of abundance-dependent rates: totals, and every law as one loop over its reactions."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from llvmlite import ir

from eqxfuse._llvm.algebra.builder import POINTER, Code
from eqxfuse._llvm.algebra.scalars import scalar_values
from eqxfuse._program.ir import Program
from eqxfuse._program.split import BEFORE, Formulas, split_uniform

SHARED, OWN = ("y", "t", "c"), "p"
"""What formulas load from: the state, totals, and parameters that all rows of a law share; and these from a row's own
on."""


@dataclass(frozen=True)
class RowFormula:
    """What is the same for all rows of a law, and the rest for each, which loads results of that from `BEFORE`."""

    before: Program
    each: Program

    @classmethod
    def of(cls, formulas: Formulas) -> "RowFormula":
        """From formulas that load from `SHARED` and `OWN`."""
        before, (expressions, results), _ = split_uniform(formulas, SHARED, np.zeros((1, 0)))
        return cls(before, expressions.program("each", results))


@dataclass(frozen=True)
class ModifyingLaw:
    """A law of several reactions, the rows.

    `modifier` gives one number, `slopes` this and behind it its derivatives. They go to the modifiers from `first` on,
    and to the derivatives from `slope` on, row by row.
    """

    rows: int
    first: int
    slope: int
    modifier: RowFormula
    slopes: RowFormula

    @property
    def width(self) -> int:
        """Derivatives of a row."""
        return len(self.slopes.each.outputs) - 1

    @property
    def identity(self) -> tuple:
        formulas = self.modifier, self.slopes
        return self.rows, self.first, self.slope, *((f.before.digest, f.each.digest) for f in formulas)


@dataclass(frozen=True)
class ModifyingRound:
    """Totals, from `first` on, as a program (y, k, modifiers), if there are any, and the laws that follow from them."""

    totals: Program | None
    first: int
    laws: tuple[ModifyingLaw, ...]


@dataclass(frozen=True)
class Modifying:
    """How coefficients depend on abundances and on a number of `parameters` in the array "c": in `rounds`."""

    parameters: int
    rounds: tuple[ModifyingRound, ...]

    @property
    def programs(self) -> dict[str, Program]:
        """Those of the totals, by name."""
        return {f"totals{i}_": r.totals for i, r in enumerate(self.rounds) if r.totals}

    @property
    def layout(self) -> dict[str, int]:
        """Numbers of work space for each array."""
        laws = [law for r in self.rounds for law in r.laws]
        return {
            "modifiers": sum(law.rows for law in laws),
            "slopes": sum(law.rows * law.width for law in laws),
            "totals": sum(len(r.totals.outputs) for r in self.rounds if r.totals),
        }

    @cached_property
    def identity(self) -> str:
        rounds = [(r.first, r.totals and r.totals.digest, [law.identity for law in r.laws]) for r in self.rounds]
        return hashlib.sha256(repr((self.parameters, rounds)).encode()).hexdigest()


@dataclass(frozen=True)
class ModifierCode:
    """Emits functions of `modifying` into a module, on arrays of `number`s of `lanes` lanes.

    The programs of totals are functions `{name of Modifying.programs}{lanes}` beside it.
    """

    module: ir.Module
    modifying: Modifying
    number: ir.Type
    lanes: int

    def function(self, slopes: bool) -> ir.Function:
        """The function `(y, k, c, modifiers, slopes, totals, scratch)`, which gives modifiers alone without `slopes`.

        `c` are the parameters; the arrays behind it are those of `Modifying.layout`.
        """
        name = f"{'slopes' if slopes else 'modifiers'}{self.lanes}"
        return self.module.globals.get(name) or self._emit(name, slopes)

    def call_totals(self, code: Code, y, k, modifiers, out, scratch) -> None:
        """All totals, with given modifiers."""
        for position in range(len(self.modifying.rounds)):
            self._call_round(code, position, [y, k, modifiers, out, scratch])

    def _call_round(self, code: Code, position: int, arrays: list) -> None:
        """The totals of a round, if there are any; `arrays` are y, k, modifiers, all totals and scratch space."""
        step = self.modifying.rounds[position]
        if step.totals:
            y, k, modifiers, totals, scratch = arrays
            own = code.at(totals, step.first, self.number)
            code.build.call(self._program(f"totals{position}_{self.lanes}"), [y, k, modifiers, own, scratch])

    def _emit(self, name: str, slopes: bool) -> ir.Function:
        code = Code(self.module, name, 7)
        y, k, c, modifiers, derivatives, totals, scratch = code.arguments
        for position, step in enumerate(self.modifying.rounds):
            self._call_round(code, position, [y, k, modifiers, totals, scratch])
            for law in step.laws:
                code.build.call(self._law(f"{name}_{law.first}", law, slopes), [y, totals, c, modifiers, derivatives])
        code.build.ret_void()
        return code.function

    def _law(self, name: str, law: ModifyingLaw, slopes: bool) -> ir.Function:
        """`@{name}(y, totals, c, modifiers, slopes)`: a loop over the rows; what they share is computed before it."""
        code, number = Code(self.module, name, 5), self.number
        *given, modifiers, derivatives = code.arguments
        arrays: dict[str, Any] = dict(zip(("y", "t", "c"), given, strict=True))
        formula = law.slopes if slopes else law.modifier
        known = scalar_values(code, formula.before, number, lambda array, i: code.load(arrays[array], i, number))
        with code.loop(0, law.rows) as row:

            def load(array: str, index: int):
                return known[index] if array == BEFORE else code.load(arrays["c"], code.add(row, index), number)

            value, *steep = scalar_values(code, formula.each, number, load)
            code.store(value, modifiers, code.add(row, law.first))
            begin = code.add(code.multiply(row, law.width), law.slope)
            for slot, derivative in enumerate(steep):
                code.store(derivative, derivatives, code.add(begin, slot))
        code.build.ret_void()
        return code.function

    def _program(self, name: str) -> ir.Function:
        known = self.module.globals.get(name)
        kind = ir.FunctionType(ir.VoidType(), [POINTER] * 5)
        return known if known is not None else ir.Function(self.module, kind, name)
