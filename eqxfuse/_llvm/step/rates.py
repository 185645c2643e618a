"""LLVM IR of the coefficients of a step: given, or evaluated from conditions."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from eqxfuse._llvm.algebra.builder import DOUBLE, Code, table
from eqxfuse._llvm.algebra.rows import emit_rows
from eqxfuse._llvm.algebra.scalars import emit_scalars
from eqxfuse._llvm.step.equation import Equation
from eqxfuse._llvm.step.method import Evaluation, ModifiersInTime
from eqxfuse._llvm.step.signature import Signature


class Rates(ABC):
    """Where the coefficients of a step's stages stand."""

    @abstractmethod
    def start(self, y) -> Any:
        """Prepare the start of the step at the state y; where h df/dt stands, None if nothing changes with time."""

    @abstractmethod
    def at(self, row: int) -> tuple[Any, Any]:
        """The coefficients of a row, and the parameters of the modifiers (None without these)."""


@dataclass(frozen=True, eq=False)
class GivenRates(Rates):
    """`arguments` of the step hold the coefficients."""

    code: Code
    number: ir.Type
    signature: Signature
    arguments: Mapping[str, Any]

    def start(self, y):
        return self.arguments.get("drift")

    def at(self, row):
        return self._row("k", row), self._row("c", row)

    def _row(self, name: str, row: int):
        if name not in self.arguments:
            return None
        return self.code.at(self.arguments[name], row * self.signature.length(name), self.number)


class EvaluatedRates(Rates):
    """`arguments` of the step hold the conditions; the coefficients of one row at a time stand in the work space.

    `part` of it are those of `work`.
    """

    def __init__(
        self,
        equation: Equation,
        evaluation: Evaluation,
        signature: Signature,
        arguments: Mapping[str, Any],
    ):
        self.equation, self.evaluation, self.arguments = equation, evaluation, arguments
        self.code, self.number, self.part = equation.code, equation.number, equation.part
        self.fields = signature.length("conditions")
        module, name = self.code.build.module, self.code.function.name
        self._values = emit_rows(module, f"{name}_k", evaluation.values, self.number)
        self._changes = emit_rows(module, f"{name}_dk", evaluation.changes, self.number)
        self._row = 0

    @staticmethod
    def work(evaluation: Evaluation, species: int) -> dict[str, int]:
        """The parts of the work space and their lengths."""
        k, modifiers, more = evaluation.changes.length, evaluation.modifiers, {}
        if modifiers:
            rows = len(modifiers.modified)
            more = {"c": modifiers.parameters.length, "moved": 2 * rows, "ones": rows}
        return {"k": k, "dk": k, "drift": species, **more}

    def start(self, y):
        part, (conditions, change, rows) = self.part, (self.arguments[n] for n in ("conditions", "change", "table"))
        self.code.build.call(self._changes, [conditions, change, rows, part["k"], part["dk"]])
        modifiers = self.evaluation.modifiers
        if not modifiers:
            self.equation.f(y, part["dk"], None, part["drift"])
            return part["drift"]
        name = f"{self.code.function.name}_c"
        parameters = emit_rows(self.code.build.module, name, modifiers.parameters, self.number)
        self.code.build.call(parameters, [rows, part["c"]])
        self._keep_conditions(0)
        self._modify_changes(modifiers, y)
        self.equation.f_with(y, part["dk"], part["ones"], part["drift"])
        return part["drift"]

    def at(self, row):
        if row != self._row:
            conditions = self.code.at(self.arguments["conditions"], row * self.fields, self.number)
            self.code.build.call(self._values, [conditions, self.arguments["table"], self.part["k"]])
            if self.evaluation.modifiers:
                self._keep_conditions(row)
            self._row = row
        return self.part["k"], self.part.get("c")

    def _keep_conditions(self, row: int) -> None:
        """The conditions of a row, at the head of the modifiers' parameters."""
        for i in range(self.fields):
            value = self.code.load(self.arguments["conditions"], row * self.fields + i, self.number)
            self.code.store(value, self.part["c"], i)

    def _modify_changes(self, modifiers: ModifiersInTime, y) -> None:
        """The change of k becomes that of k times its modifier, for modifiers that are `ones`."""
        code, number, part = self.code, self.number, self.part
        module, name, count = code.build.module, f"{code.function.name}_modifiers", len(modifiers.modified)
        both = emit_scalars(module, f"{name}_change", modifiers.change, ("y", "c", "change"), number)
        code.build.call(both, [y, part["c"], self.arguments["change"], part["moved"]])
        positions = table(module, f"{name}_at", modifiers.modified)
        with code.loop(0, count) as i:
            j = code.entry(positions, i)
            k, dk = (code.load(part[n], j, number) for n in ("k", "dk"))
            m, dm = (code.load(part["moved"], at, number) for at in (i, code.add(i, count)))
            code.store(code.fma(k, dm, code.build.fmul(dk, m)), part["dk"], j)
            code.store(code.splat(ir.Constant(DOUBLE, 1.0), number), part["ones"], i)
