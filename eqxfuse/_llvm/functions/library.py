"""The functions by their names; each becomes one function of a module for each type that it is called with."""

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir

from eqxfuse._llvm.functions.exponential import exp, exp2, expm1
from eqxfuse._llvm.functions.hyperbolic import cosh, sinh, tanh
from eqxfuse._llvm.functions.logarithm import log, log1p
from eqxfuse._llvm.functions.number import Number, label
from eqxfuse._llvm.functions.power import cbrt, power

FUNCTIONS: dict[str, Callable[..., Number]] = {
    "cbrt": cbrt, "cosh": cosh, "exp": exp, "exp2": exp2, "expm1": expm1, "log": log, "log1p": log1p, "pow": power,
    "sinh": sinh, "tanh": tanh,
}  # fmt: skip
"""All within 1 unit in the last place, denormal results included, where C's library has these names."""


def call(build: ir.IRBuilder, name: str, values: Sequence[Any]):
    """One of `FUNCTIONS` of values of one type: float, double, or vectors of them of any length."""
    return build.call(_function(build.module, name, values[0].type, len(values)), values)


def _function(module: ir.Module, name: str, kind: Any, arguments: int) -> ir.Function:
    """Without side effects: LLVM takes a call out of loops, as it does an addition."""
    full = f"{name}.{label(kind)}"
    existing = module.globals.get(full)
    if existing is not None:
        return existing
    function = ir.Function(module, ir.FunctionType(kind, [kind] * arguments), full)
    function.linkage = "internal"
    function.attributes.add("nounwind")
    function.attributes.add("readnone")
    build = ir.IRBuilder(function.append_basic_block())
    double = ir.VectorType(Number.element, kind.count) if isinstance(kind, ir.VectorType) else Number.element
    numbers = (Number(build, build.fpext(x, double)) for x in function.args)
    build.ret(build.fptrunc(FUNCTIONS[name](*numbers).value, kind))
    return function
