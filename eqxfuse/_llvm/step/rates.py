"""LLVM IR of the coefficients of a step: given, or evaluated from conditions."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from eqxfuse._llvm.algebra.builder import DOUBLE, Code, table, zero
from eqxfuse._llvm.algebra.rows import emit_rows
from eqxfuse._llvm.algebra.scalars import emit_scalars
from eqxfuse._llvm.step.equation import Equation
from eqxfuse._llvm.step.method import Evaluation, ModifiersInTime
from eqxfuse._llvm.step.signature import Signature


class Rates(ABC):
    """Where the coefficients of a step's stages stand."""

    equation: Equation
    starts = False
    """Whether `start` leaves f at the start in "right" of the work space."""

    drifting_totals = 0
    """How many totals stand behind h df/dt, which is then the change at given totals, with their own changes."""

    @abstractmethod
    def start(self, y) -> Any:
        """Prepare the start of the step at the state y; where h df/dt stands, None if nothing changes with time."""

    @abstractmethod
    def at(self, row: int, state) -> tuple[Any, Any]:
        """The coefficients of a row at a state, and the parameters of the modifiers (None without these)."""

    def complete(self, y, matrix) -> None:
        """Add what the Jacobian at the start lacks, if anything."""
        del y, matrix


@dataclass(frozen=True, eq=False)
class GivenRates(Rates):
    """`arguments` of the step hold the coefficients."""

    equation: Equation
    signature: Signature
    arguments: Mapping[str, Any]

    def start(self, y):
        return self.arguments.get("drift")

    def at(self, row, state):
        return self._row("k", row), self._row("c", row)

    def _row(self, name: str, row: int):
        if name not in self.arguments:
            return None
        return self.equation.code.at(self.arguments[name], row * self.signature.length(name), self.equation.number)


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
        self._states = signature.length("y")
        module, name = self.code.build.module, self.code.function.name
        self._values = emit_rows(module, f"{name}_k", evaluation.values, self.number)
        self._changes = emit_rows(module, f"{name}_dk", evaluation.changes, self.number)
        self._row = 0
        self._modified = self._emit_modified(evaluation.modifiers) if evaluation.modifiers else None

    @staticmethod
    def work(evaluation: Evaluation, species: int) -> dict[str, int]:
        """The parts of the work space and their lengths."""
        k, modifiers, more = evaluation.changes.length, evaluation.modifiers, {}
        if modifiers:
            rows = len(modifiers.modified)
            more = {"c": modifiers.parameters.length, "moved": 2 * rows, "ones": rows}
            species += len(modifiers.inverse_units)
        return {"k": k, "dk": k, "drift": species, **more}

    @property
    def drifting_totals(self) -> int:
        """All of them, where any is a sum over rates."""
        modifiers = self.evaluation.modifiers
        return len(modifiers.inverse_units) if modifiers and any(modifiers.inverse_units) else 0

    def start(self, y):
        conditions, change = self.arguments["conditions"], self.arguments["change"]
        self._coefficients(conditions, change)
        if self.evaluation.modifiers:
            self._parameters()
            self._keep_conditions(conditions)
            self.equation.find_totals(y, self.part["k"], self.part["c"])
        self._change(y, change, self.part["drift"])
        return self.part["drift"]

    def at(self, row, state):
        if row != self._row:
            conditions = self.code.at(self.arguments["conditions"], row * self.fields, self.number)
            self.code.build.call(self._values, [conditions, self.arguments["table"], self.part["k"]])
            if self.evaluation.modifiers:
                self._keep_conditions(conditions)
            self._row = row
        return self.part["k"], self.part.get("c")

    def _coefficients(self, conditions, change) -> None:
        """k, and what it changes by along `change`."""
        rows = self.arguments["table"]
        self.code.build.call(self._changes, [conditions, change, rows, self.part["k"], self.part["dk"]])

    def _parameters(self) -> None:
        """Those of the modifiers, without the conditions."""
        assert self.evaluation.modifiers
        module, name = self.code.build.module, f"{self.code.function.name}_c"
        parameters = emit_rows(module, name, self.evaluation.modifiers.parameters, self.number)
        self.code.build.call(parameters, [self.arguments["table"], self.part["c"]])

    def _keep_conditions(self, conditions) -> None:
        """The conditions, at the head of the modifiers' parameters."""
        for i in range(self.fields):
            self.code.store(self.code.load(conditions, i, self.number), self.part["c"], i)

    def _change(self, y, change, out) -> None:
        """The change of f along `change`, for known totals; dk becomes that of k times its modifier."""
        part = self.part
        if self._modified is None:
            return self.equation.chemistry(y, part["dk"], None, out)
        totals = self.equation.part["totals"]
        self.code.build.call(self._modified, [y, totals, part["c"], change, part["moved"], part["k"], part["dk"]])
        with self.code.loop(0, self._ones) as i:
            self.code.store(self.code.splat(ir.Constant(DOUBLE, 1.0), self.number), part["ones"], i)
        self.equation.f_with(y, part["dk"], part["ones"], out)
        if self.drifting_totals:
            self._change_totals(y, self.code.at(out, self._states, self.number))

    def _change_totals(self, y, out) -> None:
        """What the totals change by for the rates alone, in their units; 0 for those over states."""
        assert self.evaluation.modifiers
        self.equation.totals(y, self.part["dk"], self.part["ones"], out)
        for i, unit in enumerate(self.evaluation.modifiers.inverse_units):
            value = self.code.load(out, i, self.number) if unit else zero(self.number)
            factor = self.code.splat(ir.Constant(DOUBLE, unit), self.number)
            self.code.store(self.code.build.fmul(value, factor), out, i)

    @property
    def _ones(self) -> int:
        assert self.evaluation.modifiers
        return len(self.evaluation.modifiers.modified)

    def _emit_modified(self, modifiers: ModifiersInTime) -> ir.Function:
        """`(y, totals, c, change, moved, k, dk)`: dk becomes the change of k times its modifier."""
        module, name, number = self.code.build.module, f"{self.code.function.name}_modifiers", self.number
        count = len(modifiers.modified)
        both = emit_scalars(module, f"{name}_change", modifiers.change, ("y", "t", "c", "change"), number)
        positions = table(module, f"{name}_at", modifiers.modified)
        code = Code(module, name, 7)
        y, totals, c, change, moved, own, changes = code.arguments
        code.build.call(both, [y, totals, c, change, moved])
        with code.loop(0, count) as i:
            j = code.entry(positions, i)
            k, dk = (code.load(array, j, number) for array in (own, changes))
            m, dm = (code.load(moved, at, number) for at in (i, code.add(i, count)))
            code.store(code.fma(k, dm, code.build.fmul(dk, m)), changes, j)
        code.build.ret_void()
        return code.function
