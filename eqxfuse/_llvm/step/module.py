"""A network's Rosenbrock step -> LLVM IR: for one cell, for a block of cells, and the handler that XLA calls."""

from collections.abc import Sequence

from llvmlite import ir

from eqxfuse._llvm.algebra.rows import CONSTANT
from eqxfuse._llvm.algebra.sparse_lu import SparseLU
from eqxfuse._llvm.kernel.drivers import driver_text, functions_text
from eqxfuse._llvm.kernel.module import Modules, Shape
from eqxfuse._llvm.kernel.plan import Plan, make_plan
from eqxfuse._llvm.kernel.tiles import tiles_text
from eqxfuse._llvm.step.entries import block_text, cell_text
from eqxfuse._llvm.step.method import Evaluation, Method, Modifying
from eqxfuse._llvm.step.rosenbrock import RosenbrockStep
from eqxfuse._llvm.step.signature import Signature
from eqxfuse._llvm.xla.batch import batch_text
from eqxfuse._llvm.xla.handler import handler_text
from eqxfuse._program.ir import Program
from eqxfuse._program.lu_plan import LUPlan


def step_ir(
    rhs: Program,
    jacobian: Program,
    modifying: Modifying | None,
    evaluation: Evaluation | None,
    plans: Sequence[LUPlan],
    method: Method,
    signature: Signature,
    shape: Shape,
    name: str,
) -> Modules:
    """Modules that define the FFI handler `@name`, with the arguments of `signature` and the output of
    `RosenbrockStep`. `plans` are the LU plans for one lane and for a block.
    """
    outputs = method.outputs * rhs.inputs[0].length
    programs = {"rhs": make_plan(rhs, shape.registers), "jacobian": make_plan(jacobian, shape.registers)}
    arithmetic, frame, sizes, names = [], [f"; {rhs.summary()}\n; {jacobian.summary()}\n"], [], []
    for plan, lanes in zip(plans, (1, shape.lanes), strict=True):
        for label, program in programs.items():
            arithmetic.append(functions_text(program, f"{label}{lanes}", shape.scalar, lanes))
            frame += _declarations(program, f"{label}{lanes}")
            frame.append(driver_text(program, f"{label}{lanes}", shape.scalar, lanes))
        scratch = max(program.slots for program in programs.values())
        called = f"rhs{lanes}", f"jacobian{lanes}"
        lu = SparseLU(ir.Module(f"step{lanes}"), plan, lanes)
        step = RosenbrockStep(lu, method, signature, *called, scratch, modifying, evaluation)
        step.emit(f"step{lanes}")
        frame.append(_body(lu.module, called, f"lanes{lanes}_"))
        sizes.append(step.layout["end"])
        names = step.names
    block, work = block_text(signature, names, outputs, sizes[1], shape.lanes)
    frame += [
        cell_text(signature, names, sizes[0]),
        block,
        f"declare i64 @llvm.vector.reduce.or.v{shape.lanes}i64(<{shape.lanes} x i64>)\n",
        tiles_text(shape.scalar, shape.lanes),
        batch_text(len(signature.arguments), shape.lanes, work, shape.lanes),
        handler_text(name, "rosenbrock step", signature.arrays, outputs, shape.scalar, shape.lanes),
    ]
    return Modules("".join(arithmetic), _once("".join(frame)))


def _declarations(plan: Plan, name: str) -> list[str]:
    """Of the functions of the other module."""
    pointers = ",".join(["ptr"] * (len(plan.program.inputs) + 2))
    return [f"declare void @{name}.{i}({pointers})\n" for i in range(len(plan.functions))]


def _body(module: ir.Module, defined: Sequence[str], prefix: str) -> str:
    """The text of a module without its head and without declarations of what is `defined` beside it."""
    lines = []
    for line in str(module).splitlines():
        known = any(line.startswith("declare") and f'@"{name}"' in line for name in defined)
        if not known and not line.startswith(("target ", "; ModuleID", "source_filename")):
            lines.append(line.replace('@"lu_', f'@"{prefix}lu_').replace('@"dense_', f'@"{prefix}dense_'))
    return "\n".join(lines) + "\n"


def _once(text: str) -> str:
    """The text with one of equal declarations and constants."""
    seen: set[str] = set()
    lines = []
    for line in text.splitlines():
        if line.startswith(("declare", f'@"{CONSTANT}')):
            if line in seen:
                continue
            seen.add(line)
        lines.append(line)
    return "\n".join(lines) + "\n"
