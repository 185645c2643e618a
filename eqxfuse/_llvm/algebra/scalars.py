"""LLVM IR of programs of any functions, on numbers of any number of lanes; LLVM's passes are to run over it."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir

from eqxfuse._llvm.algebra.builder import DOUBLE, FLOAT, I64, Code, constant, constant_array, element
from eqxfuse._llvm.functions.library import FUNCTIONS, call
from eqxfuse._program.functions import TRUTHS
from eqxfuse._program.ir import Atom, Call, Expression, Load, Number, Product, Program

_COMPARISONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
_INTRINSICS = {"max": "maximum", "min": "minimum", "abs": "fabs", "floor": "floor", "ceil": "ceil", "sqrt": "sqrt"}


def emit_scalars(module: ir.Module, name: str, program: Program, inputs: Sequence[str], number: ir.Type):
    """The function `@{name}(inputs..., out)`, on arrays of `number`, a float or a vector of them."""
    code = Code(module, name, len(inputs) + 1)
    arrays = dict(zip(inputs, code.arguments, strict=False))
    values = scalar_values(code, program, number, lambda array, i: code.load(arrays[array], i, number))
    for i, value in enumerate(values):
        code.store(value, code.arguments[-1], i)
    code.build.ret_void()
    return code.function


def scalar_values(code: Code, program: Program, number: ir.Type, load: Callable[[str, int], Any]) -> list:
    """The outputs of `program`, computed where `code` stands; `load(array, index)` gives what it loads."""
    return Emitter(code, number, lambda at: load(at.array, at.index)).outputs(program)


def emit_call(module: ir.Module, name: str, call: Call, number: ir.Type) -> ir.Function:
    """The function `@{name}` that makes `call`, whose arguments are loads of its own arguments by position."""
    count = len(call.arguments)
    function = ir.Function(module, ir.FunctionType(number, [number] * count), name)
    function.linkage = "hidden"
    function.attributes.add("nounwind")
    code = Code.of(function)
    emit = Emitter(code, number, lambda load: function.args[load.index])
    code.build.ret(emit.number(emit.expression(call)))
    return function


class Emitter:
    """Writes the statements of programs into `code`; `load` gives the numbers of elements of arrays.

    Truths are bits as long as they are not used as numbers.
    """

    def __init__(self, code: Code, kind: ir.Type, load):
        self.code, self.kind = code, kind
        self._load = load
        self._loaded: dict[Load, Any] = {}
        self._values: dict[str, Any] = {}

    def outputs(self, program: Program) -> list:
        """The numbers of all outputs of `program`."""
        for s in program.statements:
            self._values[s.name] = self.expression(s.expr)
        return [self.number(self._constant(0.0) if a is None else self._atom(a)) for a in program.outputs]

    def expression(self, expr: Expression) -> Any:
        """A number, or a truth where the expression is one."""
        if isinstance(expr, Call):
            return self._call(expr)
        build = self.code.build
        if isinstance(expr, Product):
            value, *others = (self.number(self._atom(a)) for a in expr.factors)
            for other in others:
                value = build.fmul(value, other)
            return value
        total = None
        for coefficient, atom in expr.terms:
            term = self.number(self._atom(atom))
            if abs(coefficient) != 1:
                term = build.fmul(self._constant(abs(coefficient)), term)
            if total is None:
                total = term if coefficient > 0 else build.fneg(term)
            else:
                total = build.fadd(total, term) if coefficient > 0 else build.fsub(total, term)
        return total

    def number(self, value) -> Any:
        if element(value.type) != ir.IntType(1):
            return value
        return self.code.build.select(value, self._constant(1.0), self._constant(0.0))

    def _truth(self, atom: Atom):
        value = self._atom(atom)
        if element(value.type) == ir.IntType(1):
            return value
        return self.code.build.fcmp_unordered("!=", value, self._constant(0.0))

    def _atom(self, atom: Atom) -> Any:
        if isinstance(atom, Number):
            return self._constant(atom.value)
        if isinstance(atom, Load):
            if atom not in self._loaded:
                self._loaded[atom] = self._load(atom)
            return self._loaded[atom]
        return self._values[atom.name]

    def _constant(self, value: float):
        return constant(value, self.kind)

    def _call(self, made: Call):
        name, build = made.function, self.code.build
        if name in ("and", "or"):
            return getattr(build, f"{name}_")(*map(self._truth, made.arguments))
        if name == "not":
            return build.not_(self._truth(made.arguments[0]))
        if name == "select":
            yes, no = (self.number(self._atom(a)) for a in made.arguments[1:])
            return build.select(self._truth(made.arguments[0]), yes, no)
        values = [self.number(self._atom(a)) for a in made.arguments]
        if name == "div":
            return build.fdiv(*values)
        if name in TRUTHS:
            return self._comparison(name, values)
        if name in _INTRINSICS:
            return self.code.intrinsic(_INTRINSICS[name], values)
        rule = getattr(self, f"_{name}", None)
        return rule(made, *values) if rule else self._library(name, values)

    def _comparison(self, name: str, values: list):
        build = self.code.build
        if name == "is_finite":
            return build.fcmp_ordered("<", self.code.intrinsic("fabs", values), self._constant(float("inf")))
        if name == "within":
            x, low, high = values
            return build.and_(build.fcmp_ordered("<=", low, x), build.fcmp_ordered("<=", x, high))
        compare = build.fcmp_unordered if name == "ne" else build.fcmp_ordered
        return compare(_COMPARISONS[name], *values)

    def _sign(self, call, x):
        """-1, 1, or x itself where it is 0 or no number."""
        build = self.code.build
        positive, negative = (build.fcmp_ordered(sign, x, self._constant(0.0)) for sign in (">", "<"))
        return build.select(positive, self._constant(1.0), build.select(negative, self._constant(-1.0), x))

    def _clip(self, call, x, low, high):
        return self.code.intrinsic("minimum", [self.code.intrinsic("maximum", [x, low]), high])

    def _nearest(self, call, x, *pieces):
        build, least, chosen = self.code.build, self._constant(float("inf")), pieces[2]
        for low, high, value in zip(*(pieces[i::3] for i in range(3)), strict=True):
            outside = self.code.intrinsic("maximum", [build.fsub(low, x), build.fsub(x, high)])
            distance = self.code.intrinsic("maximum", [outside, self._constant(0.0)])
            chosen = build.select(build.fcmp_ordered("<", distance, least), value, chosen)
            least = self.code.intrinsic("minimum", [distance, least])
        return chosen

    def _logistic(self, call, x):
        build, one = self.code.build, self._constant(1.0)
        return build.fdiv(one, build.fadd(one, self._library("exp", [build.fneg(x)])))

    def _take(self, call, x):
        """Lane by lane; what is no number takes the first element."""
        build, last = self.code.build, len(call.table) - 1
        low = build.select(build.fcmp_ordered(">", x, self._constant(0.0)), x, self._constant(0.0))
        index = build.select(build.fcmp_ordered("<", low, self._constant(last)), low, self._constant(last))
        values = self._table(call.table)
        return self._lanes(lambda i: self.code.load(values, build.fptosi(i, I64), i.type, align=4), [index])

    def _locate(self, call, x):
        """By bisection over a table that is filled up with infinity to a power of two; no number is above all."""
        build, size = self.code.build, 1 << len(call.table).bit_length()
        values = self._table((*call.table, *[float("inf")] * (size - len(call.table))))

        def place(x):
            at: Any = ir.Constant(I64, 0)
            step = size // 2
            while step:
                here = self.code.load(values, build.add(at, ir.Constant(I64, step - 1)), x.type, align=4)
                further = build.add(at, ir.Constant(I64, step))
                at = build.select(build.fcmp_unordered("<=", here, x), further, at)
                step //= 2
            count = ir.Constant(I64, len(call.table))
            return build.sitofp(build.select(build.icmp_signed("<", at, count), at, count), x.type)

        return self._lanes(place, [x])

    def _table(self, values: tuple[float, ...]):
        """A constant array of the module."""
        dtype = np.float64 if element(self.kind) == DOUBLE else np.float32
        return constant_array(self.code.build.module, np.array(values, dtype))

    def _library(self, name: str, values: list):
        """Functions that LLVM IR has in lanes, and those of C's library, faster for one number at a time."""
        if name in FUNCTIONS and isinstance(self.kind, ir.VectorType):
            return call(self.code.build, name, values)
        return self._each_lane(name, values)

    def _each_lane(self, name: str, values: list):
        """A function of C's library, which takes doubles."""
        module, build = self.code.build.module, self.code.build
        function: Any = module.globals.get(f"eqxfuse_{name}")
        if function is None:
            function = ir.Function(module, ir.FunctionType(DOUBLE, [DOUBLE] * len(values)), f"eqxfuse_{name}")
            function.attributes.add("nounwind")
            function.attributes.add("readnone")

        def one(*own):
            if element(self.kind) == DOUBLE:
                return build.call(function, own)
            return build.fptrunc(build.call(function, [build.fpext(v, DOUBLE) for v in own]), FLOAT)

        return self._lanes(one, values)

    def _lanes(self, function, values: list):
        """`function` of each lane of `values`."""
        build = self.code.build
        if not isinstance(self.kind, ir.VectorType):
            return function(*values)
        result: Any = ir.Constant(self.kind, ir.Undefined)
        for lane in range(self.kind.count):
            at = ir.Constant(ir.IntType(32), lane)
            result = build.insert_element(result, function(*(build.extract_element(v, at) for v in values)), at)
        return result
