"""LLVM functions that run all chunks: for one cell, and for a block of cells in lanes."""

import struct
from collections.abc import Iterable, Iterator, Sequence

from eqxfuse._llvm.kernel.function import NAME, NUMBER, SLOT
from eqxfuse._llvm.kernel.operations import OUT, WORK
from eqxfuse._llvm.kernel.plan import Plan, Span

STREAM = 256
"""Longer inputs are transposed chunk by chunk, where chunks read them more or less in order."""


def functions_text(plan: Plan, name: str, scalar: str, lanes: int) -> str:
    """The functions of a plan, as `@name.0`, `@name.1`, ..., on numbers of that many lanes."""
    number = _number_type(scalar, lanes)
    text = "".join(plan.functions).replace(NAME, name).replace(NUMBER, number).replace(SLOT, f"%{name}")
    calls = "".join(
        f"declare {number} @{name}.call{i}({','.join([number] * count)})\n"
        for i, (_, count, _) in enumerate(plan.calls)
    )
    return f"%{name}=type{{{number}}}\n{calls}{text}"


def driver_text(plan: Plan, name: str, scalar: str, lanes: int) -> str:
    """`@name(inputs..., out, work)`, which runs the functions of the other module; `work` has `plan.slots` numbers."""
    inputs = [a.name for a in plan.program.inputs]
    call = _pointers([*inputs, WORK, OUT])
    lines = [
        *_declarations(plan, name),
        f"define internal void @{name}({_pointers([*inputs, OUT, WORK])}) noinline nounwind {{",
        *_constants(plan, scalar, lanes),
        *(f"call void @{name}.{i}({call})" for i in range(len(plan.functions))),
        "ret void\n}\n",
    ]
    return "\n".join(lines)


def cell_text(plan: Plan, scalar: str) -> str:
    """`@cell(inputs..., out)`: arrays of one cell."""
    inputs = [a.name for a in plan.program.inputs]
    call = _pointers([*inputs, WORK, OUT])
    lines = [
        *_declarations(plan, "cell"),
        f"define void @cell({_pointers([*inputs, OUT])}) nounwind {{",
        f"%{WORK}=alloca [{plan.slots} x {scalar}],align 64",
        *_constants(plan, scalar, 1),
        *(f"call void @cell.{i}({call})" for i in range(len(plan.functions))),
        "ret void\n}\n",
    ]
    return "\n".join(lines)


def block_text(plan: Plan, scalar: str, lanes: int) -> tuple[str, int]:
    """`@block(rows, work)` and the bytes of work space it needs.

    `rows` holds a pointer for each lane of each input, then of the output.
    """
    vector, outputs = _number_type(scalar, lanes), len(plan.program.outputs)
    arrays = [_spans(plan, a.name, a.length, lanes) for a in plan.program.inputs]
    sizes = [max((end - start for start, end in filter(None, spans)), default=0) for spans in arrays]
    last = len(arrays)
    lines = [*_declarations(plan, "block")]
    lines += [f"define void @block(ptr %rows, ptr %{WORK}) nounwind {{", *_constants(plan, scalar, lanes)]
    position = plan.slots
    for i, size in enumerate([*sizes, outputs]):
        lines.append(f"%rows.{i}=getelementptr ptr,ptr %rows,i64 {i * lanes}")
        lines.append(f"%buffer.{i}=getelementptr {vector},ptr %{WORK},i64 {position}")
        position += size
    for chunk in range(len(plan.functions)):
        lines += _transposed(arrays, chunk, vector)
        inputs = [f"input.{i}.{_latest(spans, chunk)}" for i, spans in enumerate(arrays)]
        lines.append(f"call void @block.{chunk}({_pointers([*inputs, WORK, f'buffer.{last}'])})")
    lines.append(f"call void @store(ptr %rows.{last},i64 {outputs},ptr %buffer.{last})")
    return "\n".join([*lines, "ret void\n}\n"]), position * lanes * (8 if scalar == "double" else 4)


def _declarations(plan: Plan, name: str) -> Iterator[str]:
    parameters = _pointers([*(a.name for a in plan.program.inputs), WORK, OUT])
    for i in range(len(plan.functions)):
        yield f"declare void @{name}.{i}({parameters})"


def _transposed(arrays: Sequence[Sequence[Span]], chunk: int, vector: str) -> Iterator[str]:
    """Fill the buffers with what a chunk reads; `%input` points to where the whole array would begin."""
    for i, spans in enumerate(arrays):
        if span := spans[chunk]:
            start, end = span
            yield f"call void @load(ptr %rows.{i},i64 {start},i64 {end - start},ptr %buffer.{i})"
            yield f"%input.{i}.{chunk}=getelementptr {vector},ptr %buffer.{i},i64 {-start}"


def _spans(plan: Plan, array: str, length: int, lanes: int) -> list[Span]:
    """What is transposed before each chunk: all before the first one, or what the chunk reads."""
    whole: list[Span] = [(0, length), *[None] * (len(plan.functions) - 1)]
    if length <= STREAM:
        return whole
    spans = [
        span and (span[0] // lanes * lanes, min(length, -(-span[1] // lanes) * lanes)) for span in plan.spans[array]
    ]
    if sum(end - start for start, end in filter(None, spans)) > 1.25 * length:
        return whole
    return [spans[0] or (0, 0), *spans[1:]]


def _latest(spans: Sequence[Span], chunk: int) -> int:
    return max(i for i in range(chunk + 1) if spans[i])


def _constants(plan: Plan, scalar: str, lanes: int) -> Iterator[str]:
    """Stores of the constants at the head of the work space."""
    for i, value in enumerate(plan.constants):
        kind, number = _number_type(scalar, lanes), _number(value, scalar)
        yield f"%constant.{i}=getelementptr {kind},ptr %{WORK},i64 {i}"
        yield f"store {kind} {number if lanes == 1 else f'splat ({scalar} {number})'},ptr %constant.{i}"


def _number_type(scalar: str, lanes: int) -> str:
    return scalar if lanes == 1 else f"<{lanes} x {scalar}>"


def _number(value: float, scalar: str) -> str:
    """A constant as LLVM reads it: the bits of a double, rounded first to the type."""
    if scalar == "float":
        value = struct.unpack("f", struct.pack("f", value))[0]
    return f"0x{struct.unpack('>Q', struct.pack('>d', value))[0]:016X}"


def _pointers(names: Iterable[str]) -> str:
    return ",".join(f"ptr %{name}" for name in names)
