"""A few words on top of `llvmlite.ir` for kernels that are loops over tables."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from llvmlite import ir

I32, I64, DOUBLE, FLOAT = ir.IntType(32), ir.IntType(64), ir.DoubleType(), ir.FloatType()
POINTER = ir.PointerType()


class Code:
    """One function under construction."""

    def __init__(self, module: ir.Module, name: str, arguments: int, linkage: str = "internal"):
        function = ir.Function(module, ir.FunctionType(ir.VoidType(), [POINTER] * arguments), name)
        function.linkage = linkage
        function.attributes.add("nounwind")
        for argument in function.args:
            argument.add_attribute("noalias")
        self._begin(function)

    @classmethod
    def of(cls, function: ir.Function) -> "Code":
        """The body of a function that is declared."""
        code = cls.__new__(cls)
        code._begin(function)
        return code

    def _begin(self, function: ir.Function) -> None:
        self.function = function
        self.arguments = list(function.args)
        self.build = ir.IRBuilder(function.append_basic_block("entry"))

    @contextmanager
    def loop(self, start, stop, step: int = 1) -> Iterator[ir.Value]:
        """Run the body for start, start + step, ... while less than `stop` (i64 values)."""
        build, before = self.build, self.build.block
        start, stop = self.i64(start), self.i64(stop)
        head, body, after = (build.append_basic_block(n) for n in ("head", "body", "after"))
        build.branch(head)
        build.position_at_end(head)
        index = build.phi(I64)
        index.add_incoming(start, before)
        build.cbranch(build.icmp_signed("<", index, stop), body, after)
        build.position_at_end(body)
        yield index
        index.add_incoming(build.add(index, self.i64(step)), build.block)
        build.branch(head)
        build.position_at_end(after)

    def variable(self, initial: Any) -> Any:
        """A local variable; LLVM keeps it in a register, because it is allocated on entry."""
        with self.build.goto_entry_block():
            variable: Any = self.build.alloca(initial.type)
        variable.align = 64
        self.build.store(initial, variable, align=8)
        return variable

    def value(self, variable: Any):
        """What a local variable holds."""
        return self.build.load(variable, typ=variable.allocated_type, align=8)

    def i64(self, value) -> ir.Value:
        return ir.Constant(I64, value) if isinstance(value, int) else value

    def at(self, pointer, index, kind: ir.Type):
        """The address of element `index` of an array of `kind`."""
        return self.build.gep(pointer, [self.i64(index)], inbounds=True, source_etype=kind)

    def load(self, pointer, index, kind: ir.Type, align: int = 8):
        return self.build.load(self.at(pointer, index, kind), typ=kind, align=align)

    def store(self, value, pointer, index, align: int = 8) -> None:
        self.build.store(value, self.at(pointer, index, value.type), align=align)

    def entry(self, table, index):
        """An element of an int32 table, as i64."""
        return self.build.zext(self.build.load(self.at(table, index, I32), typ=I32, align=4), I64)

    def add(self, a, b):
        return self.build.add(self.i64(a), self.i64(b))

    def multiply(self, a, b):
        return self.build.mul(self.i64(a), self.i64(b))

    def fma(self, a, b, c):
        """a * b + c, in one instruction where the host has it."""
        return self.intrinsic("fmuladd", [a, b, c])

    def intrinsic(self, name: str, values: Sequence):
        """LLVM's function of that name, from values of one type to that type."""
        kind = values[0].type
        function = _declare(self.build.module, f"llvm.{name}.{_suffix(kind)}", kind, [kind] * len(values))
        return self.build.call(function, values)

    def minus_product(self, c, a, b):
        """c - a * b."""
        return self.fma(self.build.fneg(a), b, c)

    def splat(self, scalar, kind: ir.Type):
        """`scalar` in every lane of `kind` (itself when that is no vector)."""
        if not isinstance(kind, ir.VectorType):
            return scalar
        undefined = ir.Constant(kind, ir.Undefined)
        single = self.build.insert_element(undefined, scalar, ir.Constant(I32, 0))
        zeros = ir.Constant(ir.VectorType(I32, kind.count), None)
        return self.build.shuffle_vector(single, undefined, zeros)

    def total(self, vector):
        """The sum of a vector's lanes, in any order."""
        function = _declare(
            self.build.module, f"llvm.vector.reduce.fadd.{_suffix(vector.type)}", DOUBLE, [DOUBLE, vector.type]
        )
        return self.build.call(function, [ir.Constant(DOUBLE, 0.0), vector], fastmath=("reassoc",))


def zero(kind: ir.Type) -> ir.Constant:
    """0 in every lane."""
    return constant(0.0, kind)


def constant(value: float, kind: ir.Type) -> ir.Constant:
    """`value` in every lane."""
    single = ir.Constant(element(kind), value)
    return ir.Constant(kind, [single] * kind.count) if isinstance(kind, ir.VectorType) else single


def element(kind: Any) -> ir.Type:
    """The type of one lane."""
    return kind.element if isinstance(kind, ir.VectorType) else kind


def table(module: ir.Module, name: str, values: Sequence[int] | np.ndarray) -> Any:
    """A constant int32 array."""
    return _constant(module, name, np.asarray(values, dtype="<i4"))


def numbers(module: ir.Module, name: str, values: np.ndarray) -> Any:
    """A constant array of doubles."""
    return _constant(module, name, np.asarray(values, dtype="<f8"))


def constant_array(module: ir.Module, values: np.ndarray) -> Any:
    """A constant array of int32, floats or doubles, one in a module for all with equal contents."""
    name = f"constant_{values.dtype.str[1:]}_{hashlib.sha256(values.tobytes()).hexdigest()[:32]}"
    known = module.globals.get(name)
    return known if known is not None else _constant(module, name, values)


def _constant(module: ir.Module, name: str, values: np.ndarray) -> Any:
    data = bytearray(values.tobytes())
    kind = ir.ArrayType(ir.IntType(8), len(data))
    variable: Any = ir.GlobalVariable(module, kind, name)
    variable.global_constant = True
    variable.linkage = "internal"
    variable.align = 64
    variable.initializer = ir.Constant(kind, data)
    return variable


def definitions(module: ir.Module, beside: Sequence[str] = ()) -> str:
    """The text of what a module defines and declares, but for the functions that text `beside` it defines."""
    return "".join(f"{value}\n" for name, value in module.globals.items() if name not in beside)


def _suffix(kind: ir.Type) -> str:
    single = "f32" if element(kind) == FLOAT else "f64"
    return f"v{kind.count}{single}" if isinstance(kind, ir.VectorType) else single


def _declare(module: ir.Module, name: str, result: ir.Type, arguments: list[ir.Type]) -> ir.Function:
    existing = module.globals.get(name)
    return existing if existing is not None else ir.Function(module, ir.FunctionType(result, arguments), name)
