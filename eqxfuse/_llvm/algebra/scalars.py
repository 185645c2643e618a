"""LLVM IR of functions of scalars, on numbers of any number of lanes."""

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir

from eqxfuse._llvm.algebra.builder import DOUBLE, Code
from eqxfuse._program.scalars import LOAD, NUMBER, ScalarFunction

_INSTRUCTIONS = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv", "neg": "fneg"}
_TRUTHS = {"and": "and_", "or": "or_", "not": "not_"}
_INTRINSICS = {"max": "maximum", "min": "minimum", "abs": "fabs", "floor": "floor", "ceil": "ceil", "sqrt": "sqrt"}
_COMPARISONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}


def emit_scalars(module: ir.Module, name: str, function: ScalarFunction, inputs: Sequence[str], number: ir.Type):
    """The function `@{name}(inputs..., out)`, on arrays of `number`, a double or a vector of them."""
    code = Code(module, name, len(inputs) + 1)
    arrays = dict(zip(inputs, code.arguments, strict=False))
    results = scalar_values(code, function, number, lambda array, index: code.load(arrays[array], index, number))
    for i, value in enumerate(results):
        code.store(value, code.arguments[-1], i)
    code.build.ret_void()
    return code.function


def scalar_values(code: Code, function: ScalarFunction, number: ir.Type, load: Callable[[str, int], Any]) -> list:
    """The results of a function, computed where `code` stands; `load(array, index)` gives what it loads."""
    values: list[Any] = []
    for kind, operands in function.operations:
        if kind == LOAD:
            values.append(load(*operands))
        elif kind == NUMBER:
            values.append(code.splat(ir.Constant(DOUBLE, float(operands[0])), number))
        else:
            values.append(_operation(code, kind, [values[x] for x in operands]))
    return [values[position] for position in function.results]


def _operation(code: Code, name: str, values: list):
    build, kind = code.build, values[0].type
    if name in _INSTRUCTIONS:
        return getattr(build, _INSTRUCTIONS[name])(*values)
    if name in _TRUTHS:
        return getattr(build, _TRUTHS[name])(*values)
    if name in _COMPARISONS:
        compare = build.fcmp_unordered if name == "ne" else build.fcmp_ordered
        return compare(_COMPARISONS[name], *values)
    if name == "select":
        return build.select(*values)
    if name in _INTRINSICS:
        return code.intrinsic(_INTRINSICS[name], values)
    if name == "is_finite":
        infinite = code.splat(ir.Constant(DOUBLE, float("inf")), kind)
        return build.fcmp_ordered("<", code.intrinsic("fabs", values), infinite)
    if name == "sign":
        return _sign(code, values[0])
    return _each_lane(code, name, values)


def _sign(code: Code, x):
    """-1, 1, or x itself where it is 0 or no number."""
    nothing, one, minus = (code.splat(ir.Constant(DOUBLE, v), x.type) for v in (0.0, 1.0, -1.0))
    positive, negative = (code.build.fcmp_ordered(sign, x, nothing) for sign in (">", "<"))
    return code.build.select(positive, one, code.build.select(negative, minus, x))


def _each_lane(code: Code, name: str, values: list):
    build, kind, module = code.build, values[0].type, code.build.module
    function = module.globals.get(f"eqxfuse_{name}")
    if function is None:
        function = ir.Function(module, ir.FunctionType(DOUBLE, [DOUBLE] * len(values)), f"eqxfuse_{name}")
    if not isinstance(kind, ir.VectorType):
        return build.call(function, values)
    result: Any = ir.Constant(kind, ir.Undefined)
    for lane in range(kind.count):
        at = ir.Constant(ir.IntType(32), lane)
        own = build.call(function, [build.extract_element(v, at) for v in values])
        result = build.insert_element(result, own, at)
    return result
