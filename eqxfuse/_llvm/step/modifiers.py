"""LLVM IR of abundance-dependent rates: totals, and every law as one loop over its reactions."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from llvmlite import ir

from eqxfuse._llvm.algebra.builder import POINTER, Code
from eqxfuse._llvm.algebra.scalars import scalar_values
from eqxfuse._program.ir import Program
from eqxfuse._program.scalars import LOAD, NUMBER, ScalarFunction, Scalars

BEFORE = "before"
"""What the arithmetic of a row loads from: results of what is the same for all rows."""


@dataclass(frozen=True)
class ModifyingLaw:
    """A law of several reactions, as functions for one of them.

    They load from the arrays "y" and "t" (totals), from "c" (parameters that all reactions share), and from "p",
    which is "c" from the reaction's own row on. `modifier` gives one number, `slopes` this and behind it its
    derivatives. They go to the modifiers from `first` on, and to the derivatives from `slope` on, row by row.
    """

    rows: int
    first: int
    slope: int
    modifier: ScalarFunction
    slopes: ScalarFunction

    @property
    def width(self) -> int:
        """Derivatives of a row."""
        return len(self.slopes.results) - 1


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
    def digest(self) -> str:
        laws = [
            (law.rows, law.first, law.slope, law.modifier.digest, law.slopes.digest)
            for r in self.rounds
            for law in r.laws
        ]
        totals = [(len(r.laws), r.first, r.totals.digest if r.totals else "") for r in self.rounds]
        return hashlib.sha256(repr((self.parameters, laws, totals)).encode()).hexdigest()


@dataclass(frozen=True)
class ModifierCode:
    """Emits functions of `modifying` into a module, on arrays of `number`s of `lanes` lanes."""

    module: ir.Module
    modifying: Modifying
    number: ir.Type
    lanes: int

    def emit(self, name: str, slopes: bool) -> ir.Function:
        """`@{name}(y, k, c, modifiers, slopes, totals, scratch)`; without `slopes` it gives modifiers alone.

        `c` are the parameters; the arrays behind it are those of `Modifying.layout`.
        """
        code = Code(self.module, name, 7)
        y, k, c, modifiers, derivatives, totals, scratch = code.arguments
        for position, step in enumerate(self.modifying.rounds):
            if step.totals:
                own = code.at(totals, step.first, self.number)
                code.build.call(self._program(f"totals{position}_{self.lanes}"), [y, k, modifiers, own, scratch])
            for law in step.laws:
                code.build.call(self._law(f"{name}_{law.first}", law, slopes), [y, totals, c, modifiers, derivatives])
        code.build.ret_void()
        return code.function

    def _law(self, name: str, law: ModifyingLaw, slopes: bool) -> ir.Function:
        """`@{name}(y, totals, c, modifiers, slopes)`: a loop over the rows; what they share is computed before it."""
        code, number = Code(self.module, name, 5), self.number
        *given, modifiers, derivatives = code.arguments
        arrays: dict[str, Any] = dict(zip(("y", "t", "c"), given, strict=True))
        before, each = _parts(law.slopes if slopes else law.modifier)
        known = scalar_values(code, before, number, lambda array, i: code.load(arrays[array], i, number))
        with code.loop(0, law.rows) as row:

            def load(array: str, index: int):
                return known[index] if array == BEFORE else code.load(arrays["c"], code.add(row, index), number)

            value, *steep = scalar_values(code, each, number, load)
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


def _parts(function: ScalarFunction) -> tuple[ScalarFunction, ScalarFunction]:
    """What is the same for all rows, and what is not, which loads results of the former from `BEFORE`."""
    before, each = Scalars(), Scalars()
    handed: dict[int, int] = {}
    values: list[tuple[bool, int]] = []

    def in_each(own: bool, position: int) -> int:
        if own:
            return position
        if position in before.numbers:
            return each.number(before.numbers[position])
        return each.load(BEFORE, handed.setdefault(position, len(handed)))

    for name, operands in function.operations:
        if name == LOAD:
            own = operands[0] == "p"
            values.append((own, (each if own else before).load(*operands)))
        elif name == NUMBER:
            values.append((False, before.number(float(operands[0]))))
        elif any(values[x][0] for x in operands):
            values.append((True, each.apply(name, *(in_each(*values[x]) for x in operands))))
        else:
            values.append((False, before.apply(name, *(values[x][1] for x in operands))))
    results = [in_each(*values[position]) for position in function.results]
    return before.function(handed), each.function(results)
