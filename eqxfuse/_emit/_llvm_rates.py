"""LLVM IR of the rows of a table of rate laws, for one cell: rows of one law stand in the lanes of a vector.

What depends on the conditions alone is computed once a law, what depends on temperature limits alone when the code is
made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from llvmlite import ir

from eqxfuse._emit._llvm_batch import batch_text
from eqxfuse._emit._llvm_handler import handler_text
from eqxfuse._emit._llvm_ir import Modules, Shape
from eqxfuse._emit._llvm_scalars import operation
from eqxfuse._emit._loops import DOUBLE, Code
from eqxfuse._emit._scalars import FOLDED, LOAD, NUMBER, ScalarFunction
from eqxfuse._ir import Array

CONDITIONS, PARAMETERS, LIMITS = "c", "p", "limits"
"""Arrays that the function of a law loads from: fields of `Conditions`, parameters of a row, its limits [K]."""

GROUP = 4
"""Cells that a thread takes at a time."""


@dataclass(frozen=True, eq=False)
class LawRows:
    """The rows of one law: the function that gives the results of a row, and how many parameters it takes.

    `limits` [2, rows] are the temperatures between which each row is evaluated.
    """

    function: ScalarFunction
    parameters: int
    limits: np.ndarray

    @property
    def rows(self) -> int:
        return self.limits.shape[1]


def rates_ir(laws: Sequence[LawRows], conditions: int, results: int, shape: Shape, name: str) -> Modules:
    """Modules that define the FFI handler `@name`.

    Its inputs are the conditions and, law by law, each parameter [rows]; its output holds each of the `results` of all
    rows.
    """
    inputs = [Array(CONDITIONS, conditions)]
    inputs += [Array(f"{PARAMETERS}{i}", law.rows) for i, law in enumerate(laws) for _ in range(law.parameters)]
    outputs = results * sum(law.rows for law in laws)
    frame = [
        _cell_text(laws, shape.lanes),
        _block_text(len(inputs) + 1),
        batch_text(len(inputs), 1, 64, GROUP),
        handler_text(name, "rate coefficients", inputs, outputs, shape.scalar, GROUP),
    ]
    return Modules("", "".join(frame))


def _cell_text(laws: Sequence[LawRows], lanes: int) -> str:
    """`@cell(conditions, parameters..., out)`."""
    module = ir.Module("rates")
    count = 2 + sum(law.parameters for law in laws)
    cell = Code(module, "cell", count, linkage="")
    conditions, *parameters, out = cell.arguments
    used = start = 0
    total = sum(law.rows for law in laws)
    for number, law in enumerate(laws):
        own = parameters[used : used + law.parameters]
        function = _Law(module, law, total, f"law{number}", lanes).emit()
        cell.build.call(function, [conditions, *own, cell.at(out, start, DOUBLE)])
        used, start = used + law.parameters, start + law.rows
    cell.build.ret_void()
    return (
        "\n".join(line for line in str(module).splitlines() if not line.startswith(("target ", "; Mod", "source")))
        + "\n"
    )


def _block_text(arrays: int) -> str:
    """`@block(rows, work)` for blocks of one cell."""
    lines = ["define void @block(ptr %rows, ptr %work) nounwind {"]
    for i in range(arrays):
        lines += [f"%at.{i}=getelementptr ptr,ptr %rows,i64 {i}", f"%row.{i}=load ptr,ptr %at.{i}"]
    call = ",".join(f"ptr %row.{i}" for i in range(arrays))
    return "\n".join([*lines, f"call void @cell({call})", "ret void\n}\n"])


@dataclass(eq=False)
class _Law:
    """Emits `@{name}(conditions, parameters..., out)` for all rows of one law, with `stride` between results."""

    module: ir.Module
    law: LawRows
    stride: int
    name: str
    lanes: int
    _constants: dict[bytes, Any] = field(default_factory=dict)

    def emit(self) -> ir.Function:
        code = Code(self.module, self.name, 2 + self.law.parameters)
        once = self._uniform(code)
        whole = self.law.rows // self.lanes * self.lanes
        vector = ir.VectorType(DOUBLE, self.lanes)
        for start, stop, number in ((0, whole, vector), (whole, self.law.rows, DOUBLE)):
            if start < stop:
                with code.loop(start, stop, self.lanes if number is vector else 1) as row:
                    self._row(code, dict(once), row, number)
        code.build.ret_void()
        return code.function

    def _operations(self):
        return enumerate(self.law.function.operations)

    def _uniform(self, code: Code) -> dict[int, Any]:
        """The values, as scalars, that are the same for all rows."""
        values: dict[int, Any] = {}
        for position, (name, operands) in self._operations():
            if name == NUMBER:
                values[position] = ir.Constant(DOUBLE, float(operands[0]))
            elif name == LOAD and operands[0] == CONDITIONS:
                values[position] = code.load(code.arguments[0], operands[1], DOUBLE)
            elif name != LOAD and all(x in values for x in operands):
                values[position] = operation(code, name, [values[x] for x in operands])
        return values

    @cached_property
    def _tables(self) -> dict[int, np.ndarray]:
        """The values that follow from the limits of each row."""
        values: dict[int, np.ndarray] = {}
        numbers: dict[int, float] = {}
        for position, (name, operands) in self._operations():
            if name == NUMBER:
                numbers[position] = float(operands[0])
            elif name == LOAD and operands[0] == LIMITS:
                values[position] = self.law.limits[operands[1]]
            elif name in FOLDED and all(x in values or x in numbers for x in operands):
                with np.errstate(all="ignore"):
                    result = FOLDED[name](*(values.get(x, numbers.get(x)) for x in operands))
                if result.dtype == float:
                    values[position] = result
        return values

    def _row(self, code: Code, once: dict[int, Any], row, number: ir.Type) -> None:
        """One row, or as many as `number` has lanes, from `row` on."""
        tables = self._tables
        values: dict[int, Any] = {}

        def value(position: int):
            if position in values:
                return values[position]
            if position in tables:
                values[position] = self._loaded(code, self._constant(tables[position]), row, number)
            else:
                values[position] = code.splat(once[position], _lanes_of(once[position].type, number))
            return values[position]

        for position, (name, operands) in self._operations():
            if position in once or position in tables:
                continue
            if name == LOAD:
                values[position] = self._loaded(code, code.arguments[1 + operands[1]], row, number)
            else:
                values[position] = operation(code, name, [value(x) for x in operands])
        for i, position in enumerate(self.law.function.results):
            out = code.at(code.arguments[-1], code.add(row, i * self.stride), DOUBLE)
            code.build.store(value(position), out, align=8)

    def _loaded(self, code: Code, array, row, number: ir.Type):
        return code.build.load(code.at(array, row, DOUBLE), typ=number, align=8)

    def _constant(self, numbers: np.ndarray):
        """A constant array, one for equal numbers."""
        content = numbers.astype("<f8").tobytes()
        if content not in self._constants:
            kind = ir.ArrayType(ir.IntType(8), len(content))
            array: Any = ir.GlobalVariable(self.module, kind, f"{self.name}_{len(self._constants)}")
            array.global_constant, array.linkage, array.align = True, "internal", 64
            array.initializer = ir.Constant(kind, bytearray(content))
            self._constants[content] = array
        return self._constants[content]


def _lanes_of(kind: ir.Type, number: ir.Type) -> ir.Type:
    """The type `kind` of a scalar in as many lanes as `number` has."""
    return ir.VectorType(kind, number.count) if isinstance(number, ir.VectorType) else kind
