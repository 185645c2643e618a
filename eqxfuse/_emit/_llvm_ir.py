"""Program -> LLVM IR: a kernel for one cell, a kernel for a block of cells, and the handler that XLA calls."""

from dataclasses import dataclass

from eqxfuse._emit._llvm_batch import batch_text
from eqxfuse._emit._llvm_drivers import block_text, cell_text
from eqxfuse._emit._llvm_function import NUMBER, function_text, spilled
from eqxfuse._emit._llvm_handler import handler_text
from eqxfuse._emit._llvm_tiles import tiles_text
from eqxfuse._emit._plan import make_plan
from eqxfuse._ir import Program

GROUP = 60_000
"""Operations on blocks that a thread takes at a time: some 30 microseconds."""


@dataclass(frozen=True)
class Shape:
    """Number type (`float` or `double`), lanes of a block, and vector registers of the machine."""

    scalar: str
    lanes: int
    registers: int


def llvm_ir(program: Program, shape: Shape, name: str, comments: bool = False) -> str:
    """A module that defines the FFI handler `@name`, and `@cell(inputs..., out)` for one cell.

    `comments` puts the comment of each statement above its code.
    """
    plan = make_plan(program, shape.registers)
    vector = f"<{shape.lanes} x {shape.scalar}>"
    inputs = [a.name for a in program.inputs]
    bodies = [
        function_text(f"$K.{i}", inputs, lines, plan.scratch, plan.window, comments)
        for i, lines in enumerate(plan.lines)
    ]
    slots = plan.scratch + max(len(spilled(lines, plan.window)) for lines in plan.lines)
    block, work_bytes = block_text(plan, slots, shape.scalar, shape.lanes)
    blocks = max(1, GROUP // max(1, sum(len(lines.operations) for lines in plan.lines)))
    group = blocks * shape.lanes
    head = f"; {program.summary()}\n; {shape.lanes} lanes of {shape.scalar}\n"
    return "".join(
        [
            head,
            *(body.replace("$K", "cell").replace(NUMBER, shape.scalar) for body in bodies),
            *(body.replace("$K", "block").replace(NUMBER, vector) for body in bodies),
            cell_text(plan, slots, shape.scalar),
            block,
            tiles_text(shape.scalar, shape.lanes),
            batch_text(len(program.inputs), shape.lanes, work_bytes, group),
            handler_text(name, program.name, program.inputs, len(program.outputs), shape.scalar, group),
        ]
    )
