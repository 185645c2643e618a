"""A program cut into chunks: runs of statements that become one function of native code each.

A sum whose terms arise in several chunks is not kept waiting for them: each chunk adds what it made to a
partial sum in memory, so that no rate has to be remembered beyond its own chunk.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from eqxfuse._program.ir import Atom, Call, Program, Ref, Statement, Sum, operands


@dataclass(frozen=True, slots=True)
class Carried:
    """What earlier chunks have added to the sum `name`."""

    name: str


Term: TypeAlias = tuple[float, "Atom | Carried"]


@dataclass(frozen=True, slots=True)
class Step:
    """`name` = the product of `factors`, or `call` of them, or (when there are none) the sum of `terms`."""

    name: str
    factors: tuple[Atom, ...] = ()
    call: Call | None = None
    terms: tuple[Term, ...] = ()
    comment: str = ""


@dataclass(slots=True)
class Chunk:
    """Steps in order, and the partial sums that are stored for later chunks."""

    steps: list[Step] = field(default_factory=list)
    partial: list[Step] = field(default_factory=list)
    operations: int = 0

    def reads(self) -> Iterator[Atom | Carried]:
        """Every operand of every step."""
        for step in (*self.steps, *self.partial):
            yield from step.factors or (atom for _, atom in step.terms)


def cut(program: Program, limit: int) -> list[Chunk]:
    """Chunks of about `limit` operations each."""
    chunks = [Chunk()]
    home: dict[str, int] = {}
    for s in program.statements:
        if isinstance(s.expr, Sum):
            _add_sum(chunks, s, s.expr, home)
        else:
            call = s.expr if isinstance(s.expr, Call) else None
            chunks[-1].steps.append(Step(s.name, operands(s.expr), call, comment=s.comment))
            chunks[-1].operations += len(operands(s.expr))
        home[s.name] = len(chunks) - 1
        if chunks[-1].operations >= limit:
            chunks.append(Chunk())
    return chunks if chunks[-1].steps else chunks[:-1] or chunks


def _add_sum(chunks: list[Chunk], s: Statement, expr: Sum, home: dict[str, int]) -> None:
    """Split a sum over the chunks in which its terms arise; the last part is its value."""
    here = len(chunks) - 1
    parts: dict[int, list[Term]] = {}
    for term in expr.terms:
        atom = term[1]
        parts.setdefault(home[atom.name] if isinstance(atom, Ref) else here, []).append(term)
    parts.setdefault(here, [])
    carried: list[Term] = []
    for number in sorted(parts):
        step = Step(s.name, terms=(*carried, *parts[number]), comment=s.comment)
        (chunks[number].steps if number == here else chunks[number].partial).append(step)
        chunks[number].operations += len(step.terms)
        carried = [(1.0, Carried(s.name))]


def stored(chunks: list[Chunk]) -> list[str]:
    """Values that one chunk makes and another one reads, in order of first use."""
    names: dict[str, None] = {}
    for chunk in chunks:
        own = {step.name for step in chunk.steps}
        for atom in chunk.reads():
            if isinstance(atom, Ref) and atom.name not in own:
                names.setdefault(atom.name)
    return list(names)
