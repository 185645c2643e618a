"""LLVM IR of functions that are evaluated for every row of a table."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from llvmlite import ir

from eqxfuse._llvm.algebra.builder import DOUBLE, I64, POINTER, Code, constant_array, zero
from eqxfuse._llvm.algebra.scalars import scalar_values
from eqxfuse._program.rows import Choice, RowLoop, RowProgram
from eqxfuse._program.split import ALIKE, BEFORE, COLUMNS


def emit_rows(module: ir.Module, name: str, program: RowProgram, number: ir.Type) -> ir.Function:
    """The function `@{name}(uniform..., table, out...)`, on arrays of `number`, a double or a vector of them.

    `table` points to two words: 0 where all lanes share the arrays of the table, which then hold doubles, 1 where these
    hold `number`s; and the address of the arrays, which follow each other.
    """
    if not isinstance(number, ir.VectorType):
        return _Rows(module, name, program, number, DOUBLE).emit()
    shared = _Rows(module, f"{name}_shared", program, number, DOUBLE).emit()
    own = _Rows(module, f"{name}_own", program, number, number).emit()
    code = Code(module, name, len(shared.args))
    is_own = code.build.icmp_unsigned("!=", code.load(code.arguments[len(program.uniform)], 0, I64), code.i64(0))
    with code.build.if_else(is_own) as (then, otherwise):
        with then:
            code.build.call(own, code.arguments)
        with otherwise:
            code.build.call(shared, code.arguments)
    code.build.ret_void()
    return code.function


class _Rows:
    """One function, which calls one for each loop: LLVM's passes take more than twice the time for twice the code of a
    function. The arrays of the table hold numbers of the type `held`.
    """

    def __init__(self, module: ir.Module, name: str, program: RowProgram, number: ir.Type, held: ir.Type):
        self.module, self.name = module, name
        self.program, self.number, self.held = program, number, held

    def emit(self) -> ir.Function:
        parts = []
        for i, loop in enumerate(self.program.loops):
            self._begin(f"{self.name}_{i}", loop.arrays)
            self._loop(loop)
            parts.append(self._end())
            parts[-1].attributes.add("noinline")
        self._begin(self.name)
        for part in parts:
            self.code.build.call(part, self.code.arguments)
        if self.program.choice:
            self._choose(self.program.choice)
        return self._end()

    def _begin(self, name: str, used: Collection[str] = ()) -> None:
        """A function that reads these arrays of the table."""
        names = [a.name for a in self.program.uniform]
        self.code = Code(self.module, name, len(names) + 1 + self.program.outputs)
        self.uniform = dict(zip(names, self.code.arguments, strict=False))
        start = self.code.load(self.code.arguments[len(names)], 1, POINTER) if used else None
        self.outputs = self.code.arguments[len(names) + 1 :]
        places = self.program.places
        self.table = {name: self.code.at(start, places[name], self.held) for name in places if name in used}

    def _end(self) -> ir.Function:
        self.code.build.ret_void()
        return self.code.function

    def _loop(self, loop: RowLoop) -> None:
        code, number = self.code, self.number
        before = scalar_values(code, loop.before, number, lambda a, i: code.load(self.uniform[a], i, number))
        rows, targets = constant_array(code.build.module, loop.rows), constant_array(code.build.module, loop.targets)
        columns, width = constant_array(code.build.module, loop.columns), loop.columns.shape[1]
        alike = [code.variable(zero(number)) for _ in loop.alike.outputs]
        keys = [code.variable(code.i64(0)) for _ in loop.key]
        with code.loop(0, len(loop.rows)) as i:
            row, first = code.entry(rows, i), code.multiply(i, width)

            def address(array: str, index: int) -> tuple[Any, Any]:
                return (columns, code.add(first, index)) if array == COLUMNS else (self.table[array], row)

            def load(array: str, index: int) -> Any:
                if array == BEFORE:
                    return before[index]
                if array == ALIKE:
                    return code.value(alike[index])
                held = DOUBLE if array == COLUMNS else self.held
                value = code.load(*address(array, index), held)
                return value if held == number else code.splat(value, number)

            with self._unless_alike(i, [address(*load) for load in loop.key], keys):
                for value, variable in zip(scalar_values(code, loop.alike, number, load), alike, strict=True):
                    code.build.store(value, variable, align=8)
            target = code.entry(targets, i)
            for value, out in zip(scalar_values(code, loop.each, number, load), self.outputs, strict=True):
                code.store(value, out, target)

    @contextmanager
    def _unless_alike(self, i, addresses: Sequence[tuple[Any, Any]], keys: Sequence) -> Iterator[None]:
        """Skip the body where doubles at `addresses` are, bit by bit, those of the row before, which `keys` hold."""
        code = self.code
        if self.held != DOUBLE or not keys:
            yield
            return
        build, other = code.build, code.build.icmp_signed("==", i, code.i64(0))
        for address, key in zip(addresses, keys, strict=True):
            bits = code.load(*address, I64)
            other = build.or_(other, build.icmp_signed("!=", bits, code.value(key)))
            build.store(bits, key, align=8)
        with build.if_then(other):
            yield

    def _choose(self, choice: Choice) -> None:
        code, number = self.code, self.number
        count, width = choice.candidates.shape
        arrays = choice.low, choice.high, choice.candidates, choice.targets
        low, high, candidates, targets = (constant_array(code.build.module, values) for values in arrays)
        name, index = choice.key
        key = code.load(self.uniform[name], index, number)
        with code.loop(0, count) as i:
            first = code.multiply(i, width)
            best, chosen = None, []
            for candidate in range(width):
                at = code.add(first, candidate)
                limits = (code.splat(code.load(limit, at, DOUBLE), number) for limit in (low, high))
                distance = self._distance(key, *limits)
                place = code.entry(candidates, at)
                values = [code.load(out, place, number) for out in self.outputs]
                if best is None:
                    best, chosen = distance, values
                    continue
                nearer = code.build.fcmp_ordered("<", distance, best)
                best = code.build.select(nearer, distance, best)
                chosen = [code.build.select(nearer, v, c) for v, c in zip(values, chosen, strict=True)]
            for value, out in zip(chosen, self.outputs, strict=True):
                code.store(value, out, code.entry(targets, i))

    def _distance(self, key, low, high):
        """Of a value from a range, and 0 inside."""
        build, nothing = self.code.build, self.code.splat(ir.Constant(DOUBLE, 0.0), self.number)
        below, above = build.fsub(low, key), build.fsub(key, high)
        outside = build.select(build.fcmp_ordered(">", below, above), below, above)
        return build.select(build.fcmp_ordered(">", outside, nothing), outside, nothing)
