"""A network's Rosenbrock step -> LLVM IR: for one cell, for a block of cells, and the handler that XLA calls."""

from collections.abc import Sequence

from llvmlite import ir

from eqxfuse._emit._llvm_batch import batch_text
from eqxfuse._emit._llvm_drivers import driver_text, functions_text
from eqxfuse._emit._llvm_handler import handler_text
from eqxfuse._emit._llvm_ir import Shape
from eqxfuse._emit._llvm_tiles import tiles_text
from eqxfuse._emit._plan import make_plan
from eqxfuse._emit._rosenbrock_step import Method, RosenbrockStep
from eqxfuse._emit._sparse_lu import SparseLU
from eqxfuse._ir import Array, Program


def step_ir(rhs: Program, jacobian: Program, plans: Sequence, method: Method, shape: Shape, name: str) -> str:
    """A module that defines the FFI handler `@name`.

    Its inputs are those of `rhs` (`y` and `k`) and the step h [1]; its output is that of `RosenbrockStep`.
    `plans` are the LU plans for one lane and for a block.
    """
    inputs = (*rhs.inputs, Array("h", 1))
    outputs = method.outputs * rhs.inputs[0].length
    texts, sizes = [], []
    for plan, lanes in zip(plans, (1, shape.lanes), strict=True):
        text, size = _one_width(rhs, jacobian, plan, method, shape, lanes)
        texts.append(text)
        sizes.append(size)
    block, work = _block_text(inputs, outputs, sizes[1], shape.lanes)
    return _declared_once(
        [
            f"; {rhs.summary()}\n; {jacobian.summary()}\n",
            *texts,
            _cell_text(inputs, sizes[0]),
            block,
            tiles_text(shape.scalar, shape.lanes),
            batch_text(len(inputs), shape.lanes, work, shape.lanes),
            handler_text(name, "rosenbrock step", inputs, outputs, shape.scalar, shape.lanes),
        ]
    )


def _one_width(
    rhs: Program, jacobian: Program, plan, method: Method, shape: Shape, lanes: int
) -> tuple[str, int]:
    """The functions of one lane count, and the numbers of work space that `@step{lanes}` takes."""
    texts, scratch = [], 0
    for program, name in ((rhs, f"rhs{lanes}"), (jacobian, f"jacobian{lanes}")):
        text, slots = _program_text(program, shape, lanes, name)
        texts.append(text)
        scratch = max(scratch, slots)
    module = ir.Module(f"step{lanes}")
    lu = SparseLU(module, plan, lanes)
    step = RosenbrockStep(lu, method, f"rhs{lanes}", f"jacobian{lanes}", plan.pattern.stored, scratch)
    step.emit(f"step{lanes}")
    texts.append(_body(module, (f"rhs{lanes}", f"jacobian{lanes}"), f"lanes{lanes}_"))
    return "".join(texts), step.layout["end"]


def _program_text(program: Program, shape: Shape, lanes: int, name: str) -> tuple[str, int]:
    """`@name(inputs..., out, work)` on numbers of `lanes` lanes, and the numbers of work space it takes."""
    plan = make_plan(program, shape.registers)
    return functions_text(plan, name, shape.scalar, lanes) + driver_text(plan, name, shape.scalar, lanes), plan.slots


def _body(module: ir.Module, defined: Sequence[str], prefix: str) -> str:
    """The text of a module without its head and without declarations of what is `defined` beside it."""
    lines = []
    for line in str(module).splitlines():
        known = any(line.startswith("declare") and f'@"{name}"' in line for name in defined)
        if not known and not line.startswith(("target ", "; ModuleID", "source_filename")):
            lines.append(line.replace('@"lu_', f'@"{prefix}lu_').replace('@"dense_', f'@"{prefix}dense_'))
    return "\n".join(lines) + "\n"


def _declared_once(texts: Sequence[str]) -> str:
    """The texts joined, with one of equal declarations."""
    seen: set[str] = set()
    lines = []
    for line in "".join(texts).splitlines():
        if line.startswith("declare"):
            if line in seen:
                continue
            seen.add(line)
        lines.append(line)
    return "\n".join(lines) + "\n"


def _cell_text(inputs: Sequence[Array], numbers: int) -> str:
    """`@cell(inputs..., out)`: one cell, whose work space is allocated here."""
    names = ",".join(f"ptr %{a.name}" for a in inputs)
    return f"""
define void @cell({names},ptr %out) nounwind {{
%memory=call ptr @eqxfuse_malloc(i64 {numbers * 8 + 64})
%number=ptrtoint ptr %memory to i64
%up=add i64 %number,63
%aligned=and i64 %up,-64
%work=inttoptr i64 %aligned to ptr
call void @step1({names},ptr %out,ptr %work)
call void @eqxfuse_free(ptr %memory)
ret void
}}
"""


def _block_text(inputs: Sequence[Array], outputs: int, numbers: int, lanes: int) -> tuple[str, int]:
    """`@block(rows, work)` and the bytes of work space it needs."""
    vector = f"<{lanes} x double>"
    lines = ["define void @block(ptr %rows, ptr %work) nounwind {"]
    position = numbers
    for i, length in enumerate([*(a.length for a in inputs), outputs]):
        lines.append(f"%rows.{i}=getelementptr ptr,ptr %rows,i64 {i * lanes}")
        lines.append(f"%buffer.{i}=getelementptr {vector},ptr %work,i64 {position}")
        position += length
    for i, a in enumerate(inputs):
        lines.append(f"call void @load(ptr %rows.{i},i64 0,i64 {a.length},ptr %buffer.{i})")
    buffers = ",".join(f"ptr %buffer.{i}" for i in range(len(inputs) + 1))
    lines.append(f"call void @step{lanes}({buffers},ptr %work)")
    last = len(inputs)
    lines.append(f"call void @store(ptr %rows.{last},i64 {outputs},ptr %buffer.{last})")
    return "\n".join([*lines, "ret void\n}\n"]), position * lanes * 8
