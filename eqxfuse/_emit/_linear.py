"""A chunk as a list of operations.

A few sums of every chunk run along: each term is added as soon as it is made, while it is in a register.
The others are added up at their own step, or at the end of the chunk.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from eqxfuse._emit._chunks import Carried, Chunk, Step
from eqxfuse._emit._operations import Arithmetic, OUT, Operand, Operation, Place, Slots, Total
from eqxfuse._ir import Atom, Load, Ref


@dataclass(frozen=True)
class Lines:
    """Operations in order. The results in `pinned` are running sums, which stay in registers."""

    operations: list[Operation]
    pinned: set[str]


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
        self.own = {step.name: i for i, step in enumerate(chunk.steps)}
        self.totals = {step.name: self._start(step) for step in self._running(running)}
        self.waiting: dict[str, list[tuple[str, float]]] = {}
        self.pinned: set[str] = set()
        for step in self._running(running):
            for coefficient, atom in step.terms:
                if self._is_own(atom):
                    self.waiting.setdefault(atom.name, []).append((step.name, coefficient))

    def run(self) -> Lines:
        for step in self.chunk.steps:
            if step.factors:
                value = self.arithmetic.product([self._operand(a) for a in step.factors], step.comment)
            else:
                value = self.arithmetic.value(self._total(step))
            self._define(step.name, value)
        for step in self.chunk.partial:
            self._carry(step, self._total(step))
        return Lines(self.arithmetic.operations, self.pinned)

    def _running(self, limit: int) -> list[Step]:
        """The sums with most terms made in this chunk; a sum of neighbours finds them in registers anyway."""
        sizes = []
        for step in (*self.chunk.steps, *self.chunk.partial):
            places = [self.own[a.name] for _, a in step.terms if self._is_own(a)]
            if len(places) > 2 and max(places) - min(places) > 2 * len(places):
                sizes.append((len(places), step))
        return [step for _, step in sorted(sizes, key=lambda pair: -pair[0])[:limit]]

    def _is_own(self, atom: Atom | Carried) -> bool:
        return isinstance(atom, Ref) and atom.name in self.own

    def _operand(self, atom: Atom) -> Operand:
        if isinstance(atom, Load):
            return Place(atom.array, atom.index)
        return self.values[atom.name] if atom.name in self.values else self.slots.value(atom.name)

    def _start(self, step: Step) -> Total:
        """What earlier chunks made of a sum."""
        if not any(isinstance(a, Carried) for _, a in step.terms):
            return Total()
        error = self.slots.error(step.name) if self.arithmetic.compensated else None
        return Total(self.slots.value(step.name), error)

    def _total(self, step: Step) -> Total:
        """A whole sum, or what of it has not run along."""
        runs = step.name in self.totals
        total = self.totals[step.name] if runs else self._start(step)
        rest = [(c, a) for c, a in step.terms if not isinstance(a, Carried) and not (runs and self._is_own(a))]
        return self.arithmetic.add_all(total, [(c, self._operand(a)) for c, a in rest])

    def _define(self, name: str, value: Operand) -> None:
        self.values[name] = value
        for total, coefficient in self.waiting.get(name, ()):
            after = self.arithmetic.add(self.totals[total], coefficient, value)
            self.totals[total] = after
            self.pinned |= {v for v in (after.value, after.error) if isinstance(v, str) and v != value}
        if name in self.slots.kept and value != self.slots.value(name):
            self.arithmetic.store(self.slots.value(name), value)
        for index in self.outputs.get(name, ()):
            self.arithmetic.store(Place(OUT, index), value)

    def _carry(self, step: Step, total: Total) -> None:
        self.arithmetic.store(self.slots.value(step.name), total.value or self.slots.constant(0.0))
        if self.arithmetic.compensated:
            self.arithmetic.store(self.slots.error(step.name), total.error or self.slots.constant(0.0))
