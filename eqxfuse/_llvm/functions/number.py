"""Doubles in lanes, with Python's operators: each writes one instruction, rounded as IEEE 754 says."""

from typing import Any, Self, TypeAlias, Union

from llvmlite import ir

Operand: TypeAlias = Union["Lanes", float]


class Lanes:
    """One value of a function under construction, or a vector of such values."""

    element: ir.Type

    def __init__(self, build: ir.IRBuilder, value: Any):
        self.build, self.value = build, value

    def constant(self, number) -> Self:
        """`number` in each lane."""
        kind = self._kind(self.element)
        return self._like(ir.Constant(kind, [number] * kind.count if isinstance(kind, ir.VectorType) else number))

    def _kind(self, element: ir.Type) -> Any:
        """As many lanes of `element` as here."""
        own = self.value.type
        return ir.VectorType(element, own.count) if isinstance(own, ir.VectorType) else element

    def _like(self, value) -> Self:
        return type(self)(self.build, value)

    def _apply(self, instruction: str, *others: Operand) -> Self:
        values = (x.value if isinstance(x, Lanes) else self.constant(x).value for x in others)
        return self._like(getattr(self.build, instruction)(self.value, *values))


class Condition(Lanes):
    """Truths."""

    element = ir.IntType(1)

    def __and__(self, other: "Condition") -> "Condition":
        return self._apply("and_", other)

    def __or__(self, other: "Condition") -> "Condition":
        return self._apply("or_", other)

    def __invert__(self) -> "Condition":
        return self._like(self.build.not_(self.value))

    def select(self, yes: Operand, no: Operand) -> "Number":
        """`yes` where this is true, `no` elsewhere."""
        number = Number(self.build, self.value)
        yes, no = (x if isinstance(x, Lanes) else number.constant(x) for x in (yes, no))
        return Number(self.build, self.build.select(self.value, yes.value, no.value))


class Bits(Lanes):
    """Integers of 64 bits: what doubles are stored as."""

    element = ir.IntType(64)

    def __add__(self, other: "Bits | int") -> "Bits":
        return self._apply("add", other)

    def __sub__(self, other: "Bits | int") -> "Bits":
        return self._apply("sub", other)

    def __and__(self, other: "Bits | int") -> "Bits":
        return self._apply("and_", other)

    def __or__(self, other: "Bits | int") -> "Bits":
        return self._apply("or_", other)

    def __lshift__(self, places: int) -> "Bits":
        return self._apply("shl", places)

    def __rshift__(self, places: int) -> "Bits":
        """With zeros from the left."""
        return self._apply("lshr", places)

    def number(self) -> "Number":
        """The doubles that these are."""
        return Number(self.build, self.build.bitcast(self.value, self._kind(Number.element)))


class Number(Lanes):
    """Doubles."""

    element = ir.DoubleType()

    def __add__(self, other: "Number | float") -> "Number":
        return self._apply("fadd", other)

    def __sub__(self, other: "Number | float") -> "Number":
        return self._apply("fsub", other)

    def __rsub__(self, other: float) -> "Number":
        return self.constant(other) - self

    def __mul__(self, other: "Number | float") -> "Number":
        return self._apply("fmul", other)

    def __rtruediv__(self, other: float) -> "Number":
        return self.constant(other)._apply("fdiv", self)

    def __neg__(self) -> "Number":
        return self._like(self.build.fneg(self.value))

    def __abs__(self) -> "Number":
        return self._intrinsic("fabs")

    def __lt__(self, other: "Number | float") -> Condition:
        return self._compare("<", other)

    def __gt__(self, other: "Number | float") -> Condition:
        return self._compare(">", other)

    def equals(self, other: "Number | float") -> Condition:
        return self._compare("==", other)

    def fma(self, factor: "Number | float", addend: "Number | float") -> "Number":
        """self * factor + addend, rounded once. A host without that instruction calls C's `fma`: right, but slow."""
        return self._intrinsic("fma", factor, addend)

    def clamped(self, least: float, greatest: float) -> "Number":
        """The nearest number of an interval; what is no number stays so."""
        low = (self < least).select(least, self)
        return (low > greatest).select(greatest, low)

    def floor(self) -> "Number":
        return self._intrinsic("floor")

    def with_sign_of(self, other: "Number") -> "Number":
        return self._intrinsic("copysign", other)

    def bits(self) -> Bits:
        return Bits(self.build, self.build.bitcast(self.value, self._kind(Bits.element)))

    def _compare(self, sign: str, other: "Number | float") -> Condition:
        right = other if isinstance(other, Number) else self.constant(other)
        return Condition(self.build, self.build.fcmp_ordered(sign, self.value, right.value))

    def _intrinsic(self, name: str, *others: "Number | float") -> "Number":
        values = [self.value, *(x.value if isinstance(x, Lanes) else self.constant(x).value for x in others)]
        module, kind = self.build.module, self.value.type
        full = f"llvm.{name}.{label(kind)}"
        function = module.globals.get(full)
        if function is None:
            function = ir.Function(module, ir.FunctionType(kind, [kind] * len(values)), full)
        return self._like(self.build.call(function, values))


def label(kind: Any) -> str:
    """How LLVM abbreviates float, double, or a vector of one of them in names of functions."""
    if isinstance(kind, ir.VectorType):
        return f"v{kind.count}{kind.element.intrinsic_name}"
    return kind.intrinsic_name
