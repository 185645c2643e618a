"""A chunk as a list of operations.

A few sums of every chunk run along: each term is added as soon as it is made, while it is in a register.
The others are added up at their own step, or at the end of the chunk.
"""

from collections.abc import Mapping
from typing import NamedTuple

from eqxfuse._llvm.kernel.chunks import Carried, Chunk, Step
from eqxfuse._llvm.kernel.operations import OUT, Arithmetic, Operand, Operation, Slots, Total
from eqxfuse._program.ir import Atom, Load, Number, Ref


class Lines(NamedTuple):
    """Operations in order. The results in `pinned` are running sums, which stay in registers."""

    operations: list[Operation]
    pinned: set[int]


def linearise(
    chunk: Chunk, slots: Slots, outputs: Mapping[str, tuple[int, ...]], running: int, compensated: bool
) -> Lines:
    """The operations of `chunk`; `outputs` says where results go, `running` how many sums may run along."""
    return _Linear(chunk, slots, outputs, running, compensated).run()


class _Linear:
    def __init__(self, chunk, slots, outputs, running, compensated):
        self.chunk, self.slots, self.outputs = chunk, slots, outputs
        self.arithmetic = Arithmetic(slots, compensated)
        self.values: dict[str, Operand] = {}
        self.pinned: set[int] = set()
        self.own = {step.name: i for i, step in enumerate(chunk.steps)}
        self.totals: dict[str, Total] = {}
        self.waiting: dict[str, list[tuple[str, float]]] = {}
        for step in self._running(running):
            self.totals[step.name] = self._start(step)
            for coefficient, atom in step.terms:
                if isinstance(atom, Ref) and atom.name in self.own:
                    self.waiting.setdefault(atom.name, []).append((step.name, coefficient))

    def run(self) -> Lines:
        for step in self.chunk.steps:
            if step.call:
                called = step.call.function, len(step.factors), step.call.table
                value = self.arithmetic.call(called, [self._operand(a) for a in step.factors], step.comment)
            elif step.factors:
                value = self.arithmetic.product([self._operand(a) for a in step.factors], step.comment)
            else:
                value = self.arithmetic.value(self._total(step))
            self._define(step, value)
        for step in self.chunk.partial:
            self._carry(step, self._total(step))
        return Lines(self.arithmetic.operations, self.pinned)

    def _running(self, limit: int) -> list[Step]:
        """The sums with most terms made in this chunk; a sum of neighbours finds them in registers anyway."""
        sizes = []
        for step in (*self.chunk.steps, *self.chunk.partial):
            if len(step.terms) > 2:
                places = [self.own[a.name] for _, a in step.terms if isinstance(a, Ref) and a.name in self.own]
                if len(places) > 2 and max(places) - min(places) > 2 * len(places):
                    sizes.append((len(places), step))
        return [step for _, step in sorted(sizes, key=lambda pair: -pair[0])[:limit]]

    def _operand(self, atom: Atom) -> Operand:
        if isinstance(atom, Load):
            return (atom.array, atom.index)
        if isinstance(atom, Number):
            return self.slots.constant(atom.value)
        value = self.values.get(atom.name)
        return self.slots.value(atom.name) if value is None else value

    def _start(self, step: Step) -> Total:
        """What earlier chunks made of a sum: its first term, if any."""
        if not isinstance(step.terms[0][1], Carried):
            return Total()
        return Total(self.slots.value(step.name), self.slots.error(step.name) if self.arithmetic.compensated else None)

    def _total(self, step: Step) -> Total:
        """A whole sum, or what of it has not run along."""
        ran = step.name in self.totals
        total = self.totals[step.name] if ran else self._start(step)
        rest = [
            (coefficient, self._operand(atom))
            for coefficient, atom in step.terms
            if not (isinstance(atom, Carried) or (ran and isinstance(atom, Ref) and atom.name in self.own))
        ]
        return self.arithmetic.add_all(total, rest)

    def _define(self, step: Step, value: Operand) -> None:
        """Hand on the value of a step to the sums that wait for it, to later chunks, and to the outputs."""
        name = step.name
        self.values[name] = value
        for total, coefficient in self.waiting.get(name, ()):
            after = self.arithmetic.add(self.totals[total], coefficient, value)
            self.totals[total] = after
            self.pinned.update(v for v in after if isinstance(v, int) and v != value)
        if name in self.slots.kept and value != self.slots.value(name):
            self.arithmetic.store(self.slots.value(name), value)
        for index in self.outputs.get(name, ()):
            self.arithmetic.store((OUT, index), value, step.comment)

    def _carry(self, step: Step, total: Total) -> None:
        zero = self.slots.constant(0.0)
        self.arithmetic.store(self.slots.value(step.name), zero if total.value is None else total.value)
        if self.arithmetic.compensated:
            self.arithmetic.store(self.slots.error(step.name), zero if total.error is None else total.error)
