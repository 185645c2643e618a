"""The functions that programs call, as LLVM IR."""

from collections.abc import Sequence

from llvmlite import ir

from eqxfuse._llvm.algebra.builder import DOUBLE, FLOAT
from eqxfuse._llvm.algebra.scalars import emit_call
from eqxfuse._llvm.kernel.plan import Plan
from eqxfuse._program.ir import Call, Load


def calls_text(plans: Sequence[tuple[Plan, str, str, int]]) -> str:
    """`@{name}.call0`, ... for each (plan, name, scalar, lanes); no text where nothing is called."""
    if not any(plan.calls for plan, *_ in plans):
        return ""
    module = ir.Module("functions")
    for plan, name, scalar, lanes in plans:
        single = DOUBLE if scalar == "double" else FLOAT
        number = single if lanes == 1 else ir.VectorType(single, lanes)
        for i, (function, count, table) in enumerate(plan.calls):
            call = Call(function, tuple(Load("x", j) for j in range(count)), table)
            emit_call(module, f"{name}.call{i}", call, number)
    return str(module)
