"""What a native kernel does: a function a chunk, and the layout of the work space."""

from collections.abc import Iterator
from dataclasses import dataclass

from eqxfuse._llvm.kernel.chunks import Chunk, cut, stored
from eqxfuse._llvm.kernel.function import NAME, function_text
from eqxfuse._llvm.kernel.linear import Lines, linearise
from eqxfuse._llvm.kernel.operations import OUT, Called, Operation, Slots
from eqxfuse._program.ir import Call, Load, Number, Program, Ref, Sum, operands

CHUNK = 600
"""Operations a chunk holds: with 8 lanes its values fit the first-level cache."""

Span = tuple[int, int] | None
"""The first element that is read, and one past the last."""


@dataclass(frozen=True)
class Plan:
    """Functions `NAME.0`, `NAME.1`, ... to be called in order, which call `NAME.call0`, ... for each of `calls`.

    `constants` fill the first of `slots` numbers of work space. `spans` tells for each input what each function
    reads of it.
    """

    program: Program
    functions: list[str]
    constants: tuple[float, ...]
    slots: int
    spans: dict[str, list[Span]]
    operations: int
    calls: tuple[Called, ...] = ()


def make_plan(program: Program, registers: int, comments: bool = False) -> Plan:
    """Plan `program` for a machine with that many vector registers."""
    slots, chunks = linear_chunks(program, CHUNK, registers // 4 if program.compensated else registers // 2)
    inputs = [a.name for a in program.inputs]
    first = len(slots.constants) + len(slots.values)
    functions, spans, operations, waiting = [], {name: [] for name in inputs}, 0, 0
    for i, lines in enumerate(chunks):
        function = function_text(f"{NAME}.{i}", inputs, lines, first, registers // 2, comments)
        functions.append(function.text)
        waiting, operations = max(waiting, function.slots), operations + len(lines.operations)
        for name, span in _spans(lines, inputs):
            spans[name].append(span)
    constants = tuple(map(float, slots.constants))
    return Plan(program, functions, constants, first + waiting, spans, operations, tuple(slots.calls))


def linear_chunks(program: Program, limit: int, running: int) -> tuple[Slots, Iterator[Lines]]:
    """Where values are kept, and the program cut into lists of some `limit` operations; `running` sums run along."""
    chunks = cut(program, limit)
    slots = _slots(program, chunks)
    return slots, _lines(program, chunks, slots, running)


def _lines(program: Program, chunks: list[Chunk], slots: Slots, running: int) -> Iterator[Lines]:
    outputs: dict[str, tuple[int, ...]] = {}
    for i, atom in enumerate(program.outputs):
        if isinstance(atom, Ref):
            outputs[atom.name] = (*outputs.get(atom.name, ()), i)
    for i, chunk in enumerate(chunks):
        lines = linearise(chunk, slots, outputs, running, program.compensated)
        if i == 0:
            lines.operations.extend(_copies(program, slots))
        yield lines


def _copies(program: Program, slots: Slots) -> Iterator[Operation]:
    """Outputs that no statement makes: zeros, and inputs passed through."""
    for i, atom in enumerate(program.outputs):
        if not isinstance(atom, Ref):
            number = atom.value if isinstance(atom, Number) else 0.0
            value = (atom.array, atom.index) if isinstance(atom, Load) else slots.constant(number)
            yield ("store", (value,), (OUT, i), "")


def _slots(program: Program, chunks: list[Chunk]) -> Slots:
    sums = [s.expr for s in program.statements if isinstance(s.expr, Sum)]
    factors = {abs(c) for total in sums for c, _ in total.terms} - {0.0, 1.0, 2.0}
    atoms = [*program.outputs, *(atom for s in program.statements for atom in operands(s.expr))]
    numbers = [0.0, *sorted(factors), *(atom.value for atom in atoms if isinstance(atom, Number))]
    kept = stored(chunks)
    carried = [step.name for chunk in chunks for step in chunk.partial]
    names = dict.fromkeys([*kept, *carried])
    if program.compensated:
        names |= dict.fromkeys(f"{name}.error" for name in carried)
    constants = {text: i for i, text in enumerate(dict.fromkeys(map(repr, numbers)))}
    calls = [s.expr for s in program.statements if isinstance(s.expr, Call) and s.expr.function != "div"]
    called = dict.fromkeys((call.function, len(call.arguments), call.table) for call in calls)
    values = {name: len(constants) + i for i, name in enumerate(names)}
    return Slots(constants, values, frozenset(kept), {key: i for i, key in enumerate(called)})


def _spans(lines: Lines, inputs: list[str]) -> Iterator[tuple[str, Span]]:
    read: dict[str, set[int]] = {name: set() for name in inputs}
    for _, parts, _, _ in lines.operations:
        for operand in parts:
            if isinstance(operand, tuple) and operand[0] in read:
                read[operand[0]].add(operand[1])
    for name, own in read.items():
        yield name, (min(own), max(own) + 1) if own else None
