"""Factorisation and solves of one LU plan -> LLVM IR modules with a handler for XLA, one cell at a time."""

from collections.abc import Callable
from typing import Literal, TypeAlias

from llvmlite import ir

from eqxfuse._llvm.algebra.builder import definitions
from eqxfuse._llvm.algebra.sparse_lu import SparseLU
from eqxfuse._llvm.modules import Modules
from eqxfuse._llvm.xla.batch import batch_text
from eqxfuse._llvm.xla.handler import handler_text
from eqxfuse._program.ir import Array
from eqxfuse._program.lu_plan import LUPlan

_BLOCK = """
define void @block(ptr %rows, ptr %work) nounwind {
%first=load ptr,ptr %rows
%second.at=getelementptr ptr,ptr %rows,i64 1
%second=load ptr,ptr %second.at
%out.at=getelementptr ptr,ptr %rows,i64 2
%out=load ptr,ptr %out.at
call void @cell(ptr %first,ptr %second,ptr %out)
ret void
}
"""

Call: TypeAlias = Literal["factorise", "solve", "solve_transposed"]


def factors_length(plan: LUPlan) -> int:
    """Numbers that the factors of one cell take."""
    return SparseLU(ir.Module(), plan, 1).storage


def lu_ir(plan: LUPlan, call: Call, name: str) -> Modules:
    """A module that defines the FFI handler `@name` of a call.

    `factorise` takes the values of A [stored] and the shift (see `SparseLU`) and gives the factors of shift I - A; the
    solves take factors and b [size] and give x [size].
    """
    module = ir.Module(name)
    lu = SparseLU(module, plan, 1)
    size, factors = plan.size, lu.storage
    if call == "factorise":
        function, inputs, outputs = (
            lu.factorise("lu_kernel"),
            (Array("a", plan.pattern.stored), Array("shift", lu.shifts)),
            factors,
        )
    else:
        emit: Callable = lu.solve if call == "solve" else lu.solve_transposed
        function, inputs, outputs = emit("lu_kernel"), (Array("lu", factors), Array("b", size)), size
    function.linkage = "internal"
    return Modules(
        "",
        "".join(
            [
                definitions(module),
                _cell_text(inputs, lu.workspace),
                _BLOCK,
                batch_text(len(inputs), 1, 0, 1),
                handler_text(name, f"LU {call}", inputs, outputs, "double", 1),
            ]
        ),
        loops=True,
    )


def _cell_text(inputs, workspace: int) -> str:
    first, second = (a.name for a in inputs)
    return f"""
define void @cell(ptr %{first},ptr %{second},ptr %out) nounwind {{
%work=alloca [{workspace} x double],align 64
call void @lu_kernel(ptr %{first},ptr %{second},ptr %out,ptr %work)
ret void
}}
"""
