"""LLVM IR of a step whose last state is the temperature, on which all coefficients depend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from llvmlite import ir

from eqxfuse._llvm.algebra.builder import Code, constant, constant_array, zero
from eqxfuse._llvm.algebra.scalars import scalar_values
from eqxfuse._llvm.step.balance import Balance
from eqxfuse._llvm.step.equation import Equation
from eqxfuse._llvm.step.method import Evaluation
from eqxfuse._llvm.step.rates import EvaluatedRates
from eqxfuse._llvm.step.signature import Signature
from eqxfuse._program.ir import Program
from eqxfuse._program.pattern import Pattern


@dataclass(frozen=True, eq=False)
class ThermalEquation(Equation):
    """As `Equation`, with the temperature behind the species.

    `here` of the work space holds the conditions at the temperature of the state, `effective` the coefficients with
    their modifiers; `parameters` are those of the balance.
    """

    balance: Balance
    parameters: Any

    @staticmethod
    def work(balance: Balance) -> dict[str, int]:
        """The parts of the work space and their lengths."""
        fields = balance.length("c")
        own = {"here": fields, "unit": fields, "slopes_of_T": len(balance.slopes.outputs)}
        effective = {"effective": balance.length("e")} if balance.modified else {}
        return {**own, **effective, "row": len(balance.row), "column": balance.species}

    def f(self, state, k, c, out) -> None:
        self.chemistry(state, k, c, out)
        self._modify_coefficients(k)
        target = self.code.at(out, self.balance.species, self.number)
        self._balance("balance", self.balance.value, state, out, target)

    def slopes(self, state, changes, out) -> None:
        """Those of `Balance.slopes`, where f has been evaluated."""
        self._balance("balance_slopes", self.balance.slopes, state, changes, out)

    def _balance(self, name: str, program: Program, state, changes, out) -> None:
        arrays = [state, self._effective, changes, self.part["here"], self.parameters, out]
        self.code.build.call(self._function(f"{name}_{self.code.function.name}", program), arrays)

    def _function(self, name: str, program: Program) -> ir.Function:
        module = self.code.build.module
        known = module.globals.get(name)
        if known is not None:
            return known
        code = Code(module, name, len(self.balance.names) + 1)
        arrays = dict(zip(self.balance.names, code.arguments, strict=False))

        def load(array: str, index: int):
            return code.load(arrays[array], index, self.number) if array in arrays else constant(1.0, self.number)

        for i, value in enumerate(scalar_values(code, program, self.number, load)):
            code.store(value, code.arguments[-1], i)
        code.build.ret_void()
        return code.function

    @property
    def _effective(self):
        return self.part["effective"] if self.modifiers else self.part["k"]

    def _modify_coefficients(self, k) -> None:
        if not self.modifiers:
            return
        code, number, part = self.code, self.number, self.part
        with code.loop(0, self.balance.length("e")) as j:
            code.store(code.load(k, j, number), part["effective"], j)
        positions = constant_array(code.build.module, np.array(self.balance.modified, dtype=np.int32))
        with code.loop(0, len(self.balance.modified)) as i:
            j = code.entry(positions, i)
            modifier = code.load(part["modifiers"], i, number)
            code.store(code.build.fmul(code.load(k, j, number), modifier), part["effective"], j)


class ThermalRates(EvaluatedRates):
    """Coefficients at the temperature of the state; the temperature's row and column of the Jacobian."""

    equation: ThermalEquation
    starts = True

    def __init__(
        self,
        equation: ThermalEquation,
        evaluation: Evaluation,
        signature: Signature,
        arguments: Mapping[str, Any],
        pattern: Pattern,
        moving: bool,
    ):
        super().__init__(equation, evaluation, signature, arguments)
        self.balance, self.pattern, self.moving = equation.balance, pattern, moving

    def start(self, y):
        """Also f at the start, and its change with the temperature."""
        part, unit = self.part, self.part["unit"]
        self._stand_at(0, y)
        for i in range(self.fields):
            self.code.store(constant(float(i == self.balance.field), self.number), unit, i)
        self._coefficients(part["here"], unit)
        if self.evaluation.modifiers:
            self._parameters()
            self._keep_conditions(part["here"])
        self.equation.f(y, part["k"], part.get("c"), part["right"])
        self.equation.slopes(y, part["right"], part["slopes_of_T"])
        self._change(y, unit, part["column"])
        return part["drift"] if self.moving else None

    def at(self, row, state):
        if state is not self.arguments["y"]:
            self._stand_at(row, state)
            self.code.build.call(self._values, [self.part["here"], self.arguments["table"], self.part["k"]])
            if self.evaluation.modifiers:
                self._keep_conditions(self.part["here"])
        return self.part["k"], self.part.get("c")

    def complete(self, y, matrix):
        self._fill_column(matrix)
        self._fill_row(matrix)
        if self.moving:
            self._drift(y)

    def _stand_at(self, row: int, state) -> None:
        """The conditions of a row, at the temperature of a state."""
        conditions = self.code.at(self.arguments["conditions"], row * self.fields, self.number)
        for i in range(self.fields):
            own = i != self.balance.field
            value = self.code.load(*((conditions, i) if own else (state, self.balance.species)), self.number)
            self.code.store(value, self.part["here"], i)

    def _fill_column(self, matrix) -> None:
        code, positions = self.code, self._table(self.balance.column)
        with code.loop(0, self.balance.species) as i:
            code.store(code.load(self.part["column"], i, self.number), matrix, code.entry(positions, i))

    def _fill_row(self, matrix) -> None:
        """The state's own slopes, what changes of species give, and what modifiers do; the row is contiguous."""
        code, number, part, balance = self.code, self.number, self.part, self.balance
        species, size, row = balance.species, self.pattern.size, self.part["row"]
        slopes = self._slopes
        with code.loop(0, species + 1) as i:
            code.store(code.load(slopes["y"], i, number), row, i)
        with code.loop(species + 1, size) as i:
            code.store(zero(number), row, i)
        elements = int(self.pattern.starts[species])
        rows, columns = (self._table(own[:elements]) for own in (self.pattern.rows, self.pattern.columns))
        with code.loop(0, elements) as e:
            factor = code.load(slopes["f"], code.entry(rows, e), number)
            self._add(row, code.entry(columns, e), factor, code.load(matrix, e, number))
        place = {j: i for i, j in enumerate(balance.used)}
        for j, slope, column, unit in (own for own in balance.couplings if own[0] in place):
            factor = code.build.fmul(code.load(slopes["e"], place[j], number), code.load(part["k"], j, number))
            factor = code.build.fmul(factor, constant(unit, number))
            self._add(row, column, factor, code.load(part["slopes"], slope, number))
        self._add_coefficients(row, species)
        with code.loop(0, size) as i:
            code.store(code.load(row, i, number), matrix, code.add(i, int(balance.row[0])))

    def _drift(self, y) -> None:
        """The length of the step times df/dt, where conditions change with time."""
        code, number, part, species = self.code, self.number, self.part, self.balance.species
        change, drift, slopes = self.arguments["change"], part["drift"], self._slopes
        self._coefficients(part["here"], change)
        self._change(y, change, drift)
        code.store(zero(number), drift, species)
        for name, vector, length in (("f", drift, species), ("c", change, self.fields)):
            with code.loop(0, length) as i:
                self._add(drift, species, code.load(slopes[name], i, number), code.load(vector, i, number))
        self._add_coefficients(drift, species)

    def _add_coefficients(self, target, index: int) -> None:
        """To an element: what the changes of the coefficients give."""
        positions = self._table(self.balance.used)
        with self.code.loop(0, len(self.balance.used)) as i:
            change = self.code.load(self.part["dk"], self.code.entry(positions, i), self.number)
            self._add(target, index, self.code.load(self._slopes["e"], i, self.number), change)

    def _add(self, target, index, a, b) -> None:
        """target[index] += a b"""
        code = self.code
        code.store(code.fma(a, b, code.load(target, index, self.number)), target, index)

    @property
    def _slopes(self) -> dict[str, Any]:
        """Where the slopes with respect to each array begin."""
        lengths = {"y": self.balance.species + 1, "f": self.balance.species, "c": self.fields, "e": 0}
        start, begins = 0, {}
        for name, length in lengths.items():
            begins[name] = self.code.at(self.part["slopes_of_T"], start, self.number)
            start += length
        return begins

    def _table(self, values: Sequence[int] | np.ndarray) -> Any:
        return constant_array(self.code.build.module, np.asarray(values, dtype=np.int32))
