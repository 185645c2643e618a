"""A network's Rosenbrock step -> LLVM IR: for one cell, for a block of cells, and the handler that XLA calls."""

from collections.abc import Sequence

from llvmlite import ir

from eqxfuse._llvm.algebra.sparse_lu import SparseLU
from eqxfuse._llvm.kernel.drivers import driver_text, functions_text
from eqxfuse._llvm.kernel.module import Modules, Shape
from eqxfuse._llvm.kernel.plan import Plan, make_plan
from eqxfuse._llvm.kernel.tiles import tiles_text
from eqxfuse._llvm.step.modifiers import Modifying
from eqxfuse._llvm.step.rosenbrock import Method, RosenbrockStep
from eqxfuse._llvm.xla.batch import batch_text
from eqxfuse._llvm.xla.handler import handler_text
from eqxfuse._program.ir import Array, Program


def step_ir(
    rhs: Program,
    jacobian: Program,
    modifying: Modifying | None,
    plans: Sequence,
    method: Method,
    shape: Shape,
    name: str,
) -> Modules:
    """Modules that define the FFI handler `@name`.

    Its inputs are `y`, the rows of `k`, those of the parameters of `modifying`, if there are any, h df/dt of a method
    with slopes, and the step h [1]; its output is that of `RosenbrockStep`. `plans` are the LU plans for one lane and
    for a block.
    """
    y, k = rhs.inputs[:2]
    rows = [k, Array("c", modifying.parameters)] if modifying else [k]
    count = max(method.rows) + 1
    drift = [Array("drift", y.length)] if method.slopes else []
    inputs = (y, *(Array(a.name, count * a.length) for a in rows), *drift, Array("h", 1))
    outputs = method.outputs * rhs.inputs[0].length
    parts = {"rhs": rhs, "jacobian": jacobian, **(modifying.programs if modifying else {})}
    programs = {label: make_plan(program, shape.registers) for label, program in parts.items()}
    arithmetic, frame, sizes = [], [f"; {rhs.summary()}\n; {jacobian.summary()}\n"], []
    for plan, lanes in zip(plans, (1, shape.lanes), strict=True):
        for label, program in programs.items():
            arithmetic.append(functions_text(program, f"{label}{lanes}", shape.scalar, lanes))
            frame += _declarations(program, f"{label}{lanes}")
            frame.append(driver_text(program, f"{label}{lanes}", shape.scalar, lanes))
        scratch = max(program.slots for program in programs.values())
        text, size = _step_text(plan, method, lanes, k.length, scratch, modifying, [f"{n}{lanes}" for n in programs])
        frame.append(text)
        sizes.append(size)
    block, work = _block_text(inputs, outputs, sizes[1], shape.lanes)
    frame += [
        _cell_text(inputs, sizes[0]),
        block,
        tiles_text(shape.scalar, shape.lanes),
        batch_text(len(inputs), shape.lanes, work, shape.lanes),
        handler_text(name, "rosenbrock step", inputs, outputs, shape.scalar, shape.lanes),
    ]
    return Modules("".join(arithmetic), _declared_once(frame))


def _declarations(plan: Plan, name: str) -> list[str]:
    """Of the functions of the other module."""
    pointers = ",".join(["ptr"] * (len(plan.program.inputs) + 2))
    return [f"declare void @{name}.{i}({pointers})\n" for i in range(len(plan.functions))]


def _step_text(
    plan, method: Method, lanes: int, reactions: int, scratch: int, modifying: Modifying | None, defined: Sequence[str]
) -> tuple[str, int]:
    """`@step{lanes}`, which calls what is `defined` beside it, and the numbers of work space that it takes."""
    module = ir.Module(f"step{lanes}")
    lu = SparseLU(module, plan, lanes)
    step = RosenbrockStep(lu, method, f"rhs{lanes}", f"jacobian{lanes}", reactions, scratch, modifying)
    step.emit(f"step{lanes}")
    return _body(module, defined, f"lanes{lanes}_"), step.layout["end"]


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
