"""Derivatives of programs, as programs."""

from collections.abc import Iterable, Sequence

from eqxfuse._program.ir import (
    Array,
    Atom,
    Call,
    Expression,
    Load,
    Number,
    Product,
    Program,
    Ref,
    Statement,
    Sum,
    operands,
)
from eqxfuse._program.partials import CHOICES, partials

Terms = list[tuple[float, Atom]]


def forward_program(program: Program, active: Sequence[int]) -> Program:
    """The derivative of the outputs along tangents of the inputs `active`.

    Inputs: those of `program`, then a tangent of each active one. Linear in the tangents.
    """
    end = _ending(program, "_dot")
    forward = _Forward({program.inputs[i].name for i in active}, end)
    for s in program.statements:
        forward.add(s)
    outputs = tuple(atom and forward.tangent(atom) for atom in program.outputs)
    tangents = [Array(program.inputs[i].name + end, program.inputs[i].length) for i in active]
    statements = _needed(forward.statements, outputs)
    return Program(f"{program.name}_forward", (*program.inputs, *tangents), statements, outputs)


def reverse_program(program: Program, active: Sequence[int] | None = None) -> Program:
    """The cotangents of the inputs `active`, or of all, joined, from one of the outputs: the transpose of
    `forward_program`.

    Inputs: those of `program`, then a cotangent of the outputs. Linear in the cotangent.
    """
    end = _ending(program, "_bar")
    cotangent = Array(f"result{end}", len(program.outputs))
    active = range(len(program.inputs)) if active is None else active
    reverse = _Reverse(program, {program.inputs[i].name for i in active}, end)
    for i, atom in enumerate(program.outputs):
        if atom is not None:
            reverse.receive(1.0, Load(cotangent.name, i), atom)
    for s in reversed(program.statements):
        reverse.add(s)
    arrays = [program.inputs[i] for i in active]
    outputs = tuple(reverse.total(Load(a.name, i), f"{a.name}{end}_{i}") for a in arrays for i in range(a.length))
    return Program(f"{program.name}_reverse", (*program.inputs, cotangent), tuple(reverse.statements), outputs)


class _Writer:
    """A growing list of statements."""

    def __init__(self):
        self.statements: list[Statement] = []

    def write(self, name: str, expr: Expression, comment: str = "") -> Ref:
        self.statements.append(Statement(name, expr, comment))
        return Ref(name)

    def sum(self, name: str, terms: Terms, comment: str = "") -> Atom | None:
        if len(terms) == 1 and terms[0][0] == 1:
            return terms[0][1]
        return self.write(name, Sum(tuple(terms)), comment) if terms else None


class _Forward(_Writer):
    """Writes a tangent behind every statement that has one."""

    def __init__(self, active: set[str], end: str):
        super().__init__()
        self.active, self.end = active, end
        self.tangents: dict[str, Atom] = {}

    def tangent(self, atom: Atom) -> Atom | None:
        if isinstance(atom, Ref):
            return self.tangents.get(atom.name)
        if isinstance(atom, Load) and atom.array in self.active:
            return Load(atom.array + self.end, atom.index)
        return None

    def add(self, s: Statement) -> None:
        if isinstance(s.expr, Sum):
            self.statements.append(s)
            terms = [(c, t) for c, atom in s.expr.terms if (t := self.tangent(atom)) is not None]
            tangent = self.sum(s.name + self.end, terms, s.comment)
        elif isinstance(s.expr, Call):
            self.statements.append(s)
            tangent = self._call(s, s.expr)
        else:
            tangent = self._product(s, s.expr.factors)
        if tangent is not None:
            self.tangents[s.name] = tangent

    def _call(self, s: Statement, call: Call) -> Atom | None:
        """The sum of partial derivatives times tangents; a choice is one between tangents."""
        tangents = [self.tangent(atom) for atom in call.arguments]
        if call.function in CHOICES:
            chosen = CHOICES[call.function](len(tangents))
            if all(tangents[i] is None for i in chosen):
                return None
            arguments = [
                (t or Number(0.0)) if i in chosen else a
                for i, (a, t) in enumerate(zip(call.arguments, tangents, strict=True))
            ]
            return self.write(s.name + self.end, Call(call.function, tuple(arguments)), s.comment)
        moving = {i: t for i, t in enumerate(tangents) if t is not None}
        terms: Terms = []
        for i, slope in partials(self, s, list(moving), self.end):
            terms.append((1.0, self.write(f"{s.name}{self.end}_{i}", Product((slope, moving[i])))))
        return self.sum(s.name + self.end, terms, s.comment)

    def _product(self, s: Statement, factors: tuple[Atom, ...]) -> Atom | None:
        """Factor by factor: (u v)' = u' v + u v'."""
        value, tangent = factors[0], self.tangent(factors[0])
        for i, factor in enumerate(factors[1:], 1):
            part = f"{s.name}{self.end}_{i}"
            terms: Terms = []
            if tangent is not None:
                terms.append((1.0, self.write(f"{part}l", Product((tangent, factor)))))
            if (own := self.tangent(factor)) is not None:
                terms.append((1.0, self.write(f"{part}r", Product((value, own)))))
            tangent = self.sum(part, terms, s.comment)
            value = self.write(s.name if i == len(factors) - 1 else f"{part}v", Product((value, factor)))
        if len(factors) == 1:
            self.statements.append(s)
        return tangent


class _Reverse(_Writer):
    """Writes, from the last statement to the first, what each value's cotangent gives to its operands."""

    def __init__(self, program: Program, active: set[str], end: str):
        super().__init__()
        self.active, self.end = active, end
        self.original = {s.name: s for s in program.statements}
        self.moving: set[str] = set()
        for s in program.statements:
            if any(map(self._moves, operands(s.expr))):
                self.moving.add(s.name)
        self.written: set[str] = set()
        self.received: dict[Atom, Terms] = {}

    def receive(self, coefficient: float, cotangent: Atom, atom: Atom) -> None:
        if self._moves(atom):
            self.received.setdefault(atom, []).append((coefficient, cotangent))

    def total(self, atom: Atom, name: str, comment: str = "") -> Atom | None:
        """The cotangent of `atom`, all of whose users have been visited."""
        return self.sum(name, self.received.get(atom, []), comment)

    def add(self, s: Statement) -> None:
        if s.name not in self.moving:
            return
        cotangent = self.total(Ref(s.name), s.name + self.end, s.comment)
        if cotangent is None:
            return
        if isinstance(s.expr, Product):
            self._product(s, s.expr.factors, cotangent)
        elif isinstance(s.expr, Call):
            self._call(s, s.expr, cotangent)
        else:
            for coefficient, atom in s.expr.terms:
                self.receive(coefficient, cotangent, atom)

    def _moves(self, atom: Atom) -> bool:
        """Whether a value depends on the active inputs."""
        return atom.name in self.moving if isinstance(atom, Ref) else _loads(atom, self.active)

    def _call(self, s: Statement, call: Call, cotangent: Atom) -> None:
        """Each argument receives the cotangent times its partial derivative; of a choice, the chosen one alone."""
        moving = [i for i, atom in enumerate(call.arguments) if self._moves(atom)]
        if call.function in CHOICES:
            chosen = CHOICES[call.function](len(call.arguments))
            self._want(a for i, a in enumerate(call.arguments) if i not in chosen)
            for i in (i for i in moving if i in chosen):
                own = [
                    (cotangent if j == i else Number(0.0)) if j in chosen else a for j, a in enumerate(call.arguments)
                ]
                self.receive(
                    1.0, self.write(f"{s.name}{self.end}_{i}", Call(call.function, tuple(own))), call.arguments[i]
                )
            return
        self._want((*call.arguments, Ref(s.name)))
        for i, slope in partials(self, s, moving, self.end):
            own = self.write(f"{s.name}{self.end}_{i}", Product((cotangent, slope)))
            self.receive(1.0, own, call.arguments[i])

    def _product(self, s: Statement, factors: tuple[Atom, ...], cotangent: Atom) -> None:
        """Each factor receives the cotangent times all factors before and all factors behind it."""
        self._want(factors)
        fixed = tuple(f for f in factors if not self._moves(f))
        moving = [f for f in factors if self._moves(f)]
        before: Atom = self.write(f"{s.name}{self.end}f", Product((cotangent, *fixed))) if fixed else cotangent
        behind = self._behind(s, moving)
        for i, factor in enumerate(moving):
            rest = behind[i]
            own = before if rest is None else self.write(f"{s.name}{self.end}_{i}", Product((before, rest)))
            self.receive(1.0, own, factor)
            if i + 1 < len(moving):
                before = self.write(f"{s.name}{self.end}b{i}", Product((before, factor)))

    def _behind(self, s: Statement, factors: list[Atom]) -> list[Atom | None]:
        """For each factor the product of those that follow."""
        behind: list[Atom | None] = [None]
        for i, factor in reversed(list(enumerate(factors))[1:]):
            last = behind[-1]
            behind.append(factor if last is None else self.write(f"{s.name}{self.end}a{i}", Product((factor, last))))
        return behind[::-1]

    def _want(self, atoms: Iterable[Atom]) -> None:
        """Write the statements of the original program that `atoms` need, where they are first needed."""
        for atom in atoms:
            if isinstance(atom, Ref) and atom.name not in self.written:
                self.written.add(atom.name)
                self._want(operands(self.original[atom.name].expr))
                self.statements.append(self.original[atom.name])


def _loads(atom: Atom, active: set[str]) -> bool:
    """Whether `atom` is an element of an active array."""
    return isinstance(atom, Load) and atom.array in active


def _needed(statements: list[Statement], outputs: Iterable[Atom | None]) -> tuple[Statement, ...]:
    """The statements that an output depends on."""
    wanted = {atom.name for atom in outputs if isinstance(atom, Ref)}
    kept = []
    for s in reversed(statements):
        if s.name in wanted:
            kept.append(s)
            wanted.update(atom.name for atom in operands(s.expr) if isinstance(atom, Ref))
    return tuple(reversed(kept))


def _ending(program: Program, end: str) -> str:
    """An ending that no name of the program contains, so that names with it are new."""
    names = [*(a.name for a in program.inputs), *(s.name for s in program.statements)]
    while any(end in name for name in names):
        end += "_"
    return end
