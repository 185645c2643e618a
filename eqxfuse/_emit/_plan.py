"""What a native kernel does, before it is written down: chunks, operations, and the layout of the work space."""

from collections.abc import Iterator
from dataclasses import dataclass

from eqxfuse._emit._chunks import Chunk, cut, stored
from eqxfuse._emit._linear import Lines, linearise
from eqxfuse._emit._operations import OUT, Operation, Place, Slots
from eqxfuse._ir import Load, Program, Ref, Sum

CHUNK = 600
"""Operations a chunk holds: with 8 lanes its values fit the first-level cache."""


@dataclass(frozen=True)
class Plan:
    """The operations of each chunk.

    Slots of the work space: `slots.constants` first, then values that outlive their chunk; from `scratch` on,
    every chunk has its own use for the slots. A value stays in a register for `window` operations.
    """

    program: Program
    chunks: list[Chunk]
    lines: list[Lines]
    slots: Slots
    scratch: int
    window: int

    def spans(self, array: str) -> list[tuple[int, int] | None]:
        """For each chunk, the first and one past the last element of an input that it reads."""
        spans = []
        for lines in self.lines:
            own = {p[1] for p in _places(lines) if p[0] == array}
            spans.append((min(own), max(own) + 1) if own else None)
        return spans


def make_plan(program: Program, registers: int) -> Plan:
    """Plan `program` for a machine with that many vector registers."""
    chunks = cut(program, CHUNK)
    slots = _slots(program, chunks)
    outputs: dict[str, tuple[int, ...]] = {}
    for i, atom in enumerate(program.outputs):
        if isinstance(atom, Ref):
            outputs[atom.name] = (*outputs.get(atom.name, ()), i)
    running = registers // 4 if program.compensated else registers // 2
    lines = [linearise(chunk, slots, outputs, running, program.compensated) for chunk in chunks]
    lines[0].operations.extend(_copies(program, slots))
    scratch = len(slots.constants) + len(slots.values)
    return Plan(program, chunks, lines, slots, scratch, registers // 2)


def _copies(program: Program, slots: Slots) -> Iterator[Operation]:
    """Outputs that no statement makes: zeros, and inputs passed through."""
    for i, atom in enumerate(program.outputs):
        if atom is None:
            yield Operation("store", Place(OUT, i), slots.constant(0.0))
        elif isinstance(atom, Load):
            yield Operation("store", Place(OUT, i), Place(atom.array, atom.index))


def _slots(program: Program, chunks: list[Chunk]) -> Slots:
    sums = [s.expr for s in program.statements if isinstance(s.expr, Sum)]
    factors = sorted({abs(c) for total in sums for c, _ in total.terms} - {0.0, 1.0, 2.0})
    kept = stored(chunks)
    names = dict.fromkeys([*kept, *(step.name for chunk in chunks for step in chunk.partial)])
    if program.compensated:
        names |= dict.fromkeys(f"{step.name}.error" for chunk in chunks for step in chunk.partial)
    constants = (0.0, *factors)
    values = {name: len(constants) + i for i, name in enumerate(names)}
    return Slots(constants, values, frozenset(kept))


def _places(lines: Lines) -> Iterator[Place]:
    for operation in lines.operations:
        for operand in (operation.left, operation.right):
            if operand.__class__ is Place:
                yield operand
