"""Program -> LLVM IR: a kernel for one cell, a kernel for a block of cells, and the handler that XLA calls."""

from eqxfuse._llvm.kernel.calls import calls_text
from eqxfuse._llvm.kernel.drivers import block_text, cell_text, functions_text
from eqxfuse._llvm.kernel.plan import make_plan
from eqxfuse._llvm.kernel.tiles import tiles_text
from eqxfuse._llvm.modules import Modules, Shape
from eqxfuse._llvm.xla.batch import batch_text
from eqxfuse._llvm.xla.handler import handler_text
from eqxfuse._program.ir import Program

GROUP = 60_000
"""Operations on blocks that a thread takes at a time: some 30 microseconds."""


def llvm_ir(program: Program, shape: Shape, name: str, comments: bool = False) -> Modules:
    """Modules that define the FFI handler `@name`, `@cell(inputs..., out)` for one cell, and `@block(rows, work)`.

    `comments` puts the comment of each statement above its code.
    """
    plan = make_plan(program, shape.registers, comments)
    block, work_bytes = block_text(plan, shape.scalar, shape.lanes)
    group = max(1, GROUP // max(1, plan.operations)) * shape.lanes
    head = f"; {program.summary()}\n; {shape.lanes} lanes of {shape.scalar}\n"
    frame = [
        head,
        cell_text(plan, shape.scalar),
        block,
        tiles_text(shape.scalar, shape.lanes),
        batch_text(len(program.inputs), shape.lanes, work_bytes, group),
        handler_text(name, program.name, program.inputs, len(program.outputs), shape.scalar, group),
    ]
    arithmetic = [
        functions_text(plan, "cell", shape.scalar, 1),
        functions_text(plan, "block", shape.scalar, shape.lanes),
    ]
    names = ("cell", 1), ("block", shape.lanes)
    functions = calls_text([(plan, own, shape.scalar, lanes) for own, lanes in names])
    return Modules("".join([head, *arithmetic]), "".join(frame), loops=False, functions=functions)
