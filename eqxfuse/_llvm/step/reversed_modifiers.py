"""LLVM IR of what is given to abundance-dependent rates, given to the state, the coefficients and the parameters."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from llvmlite import ir

from eqxfuse._llvm.algebra.builder import POINTER, Code, zero
from eqxfuse._llvm.algebra.scalars import scalar_values
from eqxfuse._llvm.step.modifiers import ModifierCode, Modifying
from eqxfuse._program.ir import Program

POINT, CONDITIONS, OWN, GIVEN = "point", "conditions", "own", "result_bar"
"""What the transpose of a row loads from: species and totals, conditions, the row's parameters, and what is given to
its modifier and to the derivatives of that."""


@dataclass(frozen=True)
class ReversedLaw:
    """A law of several reactions, the rows, with the arrays of `ModifyingLaw`.

    `modifier` and `slopes` give, one behind the other, what a row gives to its point, to the conditions and to its own
    parameters, which stand in the parameters from `places` on. The point holds `species` and `totals`.
    """

    rows: int
    first: int
    slope: int
    species: tuple[int, ...]
    totals: tuple[int, ...]
    places: tuple[int, ...]
    modifier: Program
    slopes: Program

    @property
    def width(self) -> int:
        return len(self.species) + len(self.totals)

    @property
    def identity(self) -> tuple:
        return self.rows, self.first, self.slope, self.species, self.totals, self.places, self.digests

    @property
    def digests(self) -> tuple[str, str]:
        return self.modifier.digest, self.slopes.digest


@dataclass(frozen=True)
class ReversedRound:
    """The transpose of a round's totals [`count`], from `first` on, if there are any, and of its laws."""

    totals: Program | None
    first: int
    count: int
    laws: tuple[ReversedLaw, ...]


@dataclass(frozen=True)
class ReversedModifying:
    """The transpose of `Modifying`, round by round; `fields` are the conditions at the head of the parameters."""

    fields: int
    rounds: tuple[ReversedRound, ...]

    @property
    def programs(self) -> dict[str, Program]:
        """Those of the totals, by name."""
        return {f"totals_reverse{i}_": r.totals for i, r in enumerate(self.rounds) if r.totals}

    @property
    def rows(self) -> int:
        return sum(law.rows for r in self.rounds for law in r.laws)

    @property
    def work(self) -> dict[str, int]:
        """The parts of the work space and their lengths."""
        longest = max((len(r.totals.outputs) for r in self.rounds if r.totals), default=0)
        return {"to_totals": sum(r.count for r in self.rounds), "from_totals": longest}

    @cached_property
    def identity(self) -> str:
        rounds = [
            (r.totals and r.totals.digest, r.first, r.count, [law.identity for law in r.laws]) for r in self.rounds
        ]
        return hashlib.sha256(repr((self.fields, rounds)).encode()).hexdigest()


@dataclass(frozen=True)
class ReversedModifierCode:
    """Emits functions of `modifying` into a module, on arrays of `number`s of `lanes` lanes, for a number of `states`.

    The programs of totals are functions `{name of ReversedModifying.programs}{lanes}` beside it.
    """

    module: ir.Module
    modifying: ReversedModifying
    number: ir.Type
    lanes: int
    states: int

    def plain(self, modifying: Modifying) -> ModifierCode:
        """The functions of the modifiers themselves."""
        return ModifierCode(self.module, modifying, self.number, self.lanes)

    def call(self, code: Code, slopes: bool, at: Sequence, coefficients: int, part, to: dict) -> None:
        """Give what the modifiers were given, in "given" behind states and `coefficients`, with `slopes` also what
        their derivatives were, to the state, to k and to c.

        `at` are these three; "modifiers" and "totals" of the work space are those found there.
        """
        number = self.number
        given = code.at(part["given"], self.states + coefficients, number)
        with code.loop(0, self.modifying.work["to_totals"]) as i:
            code.store(zero(number), part["to_totals"], i)
        for position, step in reversed(list(enumerate(self.modifying.rounds))):
            for law in step.laws:
                arrays = [at[0], part["totals"], at[2], given, part["to_state"], part["to_totals"], to["c"]]
                code.build.call(self._law(law, slopes), arrays)
            if step.totals:
                own = code.at(part["to_totals"], step.first, number)
                arrays = [at[0], at[1], part["modifiers"], own, part["from_totals"], part["scratch"]]
                code.build.call(self._program(f"totals_reverse{position}_{self.lanes}", len(arrays)), arrays)
                self._add(code, part["from_totals"], 0, part["to_state"], self.states)
                self._add(code, part["from_totals"], self.states, to["k"], coefficients)
                self._add(code, part["from_totals"], self.states + coefficients, given, self.modifying.rows)

    def _add(self, code: Code, source, start: int, target, length: int) -> None:
        with code.loop(0, length) as i:
            value = code.load(source, code.add(i, start), self.number)
            code.store(code.build.fadd(code.load(target, i, self.number), value), target, i)

    def _law(self, law: ReversedLaw, slopes: bool) -> ir.Function:
        """`@{name}(y, totals, c, given, to y, to totals, to c)`: a loop over the rows."""
        name = f"reversed_{'slopes' if slopes else 'modifiers'}{self.lanes}_{law.first}"
        known = self.module.globals.get(name)
        if known is not None:
            return known
        code, number = Code(self.module, name, 7), self.number
        y, totals, c, given, to_y, to_totals, to_c = code.arguments
        point = [(y, to_y, i) for i in law.species] + [(totals, to_totals, i) for i in law.totals]
        shared = [*point, *((c, to_c, i) for i in range(self.modifying.fields))]
        values = [code.load(array, i, number) for array, _, i in shared]
        sums = [code.variable(zero(number)) for _ in shared]
        with code.loop(0, law.rows) as row:

            def load(array: str, index: int):
                if array in (POINT, CONDITIONS):
                    return values[index if array == POINT else law.width + index]
                if array == OWN:
                    return code.load(c, code.add(row, law.places[index]), number) if law.places else zero(number)
                if index == 0:
                    return code.load(given, code.add(row, law.first), number)
                begin = code.add(code.multiply(row, law.width), self.modifying.rows + law.slope + index - 1)
                return code.load(given, begin, number)

            found = scalar_values(code, law.slopes if slopes else law.modifier, number, load)
            for total, value in zip(sums, found, strict=False):
                code.build.store(code.build.fadd(code.value(total), value), total, align=8)
            for place, value in zip(law.places, found[len(shared) :], strict=False):
                at = code.add(row, place)
                code.store(code.build.fadd(code.load(to_c, at, number), value), to_c, at)
        for (_, to, i), total in zip(shared, sums, strict=True):
            code.store(code.build.fadd(code.load(to, i, number), code.value(total)), to, i)
        code.build.ret_void()
        return code.function

    def _program(self, name: str, arguments: int) -> Any:
        known = self.module.globals.get(name)
        kind = ir.FunctionType(ir.VoidType(), [POINTER] * arguments)
        return known if known is not None else ir.Function(self.module, kind, name)
