"""Derivatives of programs, as programs."""

from collections.abc import Iterable

from eqxfuse._ir import Array, Atom, Load, Product, Program, Ref, Statement, Sum, operands

Terms = list[tuple[float, Atom]]


def forward_program(program: Program, active: tuple[int, ...]) -> Program:
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


def reverse_program(program: Program, wanted: tuple[int, ...], linear: tuple[int, ...]) -> Program:
    """The transpose of a program that is linear in its inputs `linear`.

    Inputs: the others, then a cotangent of the outputs. Outputs: the cotangents of `wanted`, joined.
    """
    end = _ending(program, "_bar")
    cotangent = Array(f"result{end}", len(program.outputs))
    reverse = _Reverse(program, {program.inputs[i].name for i in linear}, end)
    for i, atom in enumerate(program.outputs):
        if atom is not None:
            reverse.receive(1.0, Load(cotangent.name, i), atom)
    for s in reversed(program.statements):
        reverse.add(s)
    arrays = [program.inputs[i] for i in wanted]
    outputs = tuple(reverse.total(Load(a.name, i), f"{a.name}{end}_{i}") for a in arrays for i in range(a.length))
    fixed = [a for i, a in enumerate(program.inputs) if i not in linear]
    statements = _needed(reverse.statements, outputs)
    return Program(f"{program.name}_reverse", (*fixed, cotangent), statements, outputs)


class _Forward:
    """Writes a tangent behind every statement that has one."""

    def __init__(self, active: set[str], end: str):
        self.active, self.end = active, end
        self.statements: list[Statement] = []
        self.tangents: dict[str, Atom] = {}

    def tangent(self, atom: Atom) -> Atom | None:
        if isinstance(atom, Ref):
            return self.tangents.get(atom.name)
        return Load(atom.array + self.end, atom.index) if atom.array in self.active else None

    def add(self, s: Statement) -> None:
        if isinstance(s.expr, Sum):
            self.statements.append(s)
            terms = [(c, t) for c, atom in s.expr.terms if (t := self.tangent(atom)) is not None]
            tangent = self._sum(s.name + self.end, terms, s.comment)
        else:
            tangent = self._product(s, s.expr.factors)
        if tangent is not None:
            self.tangents[s.name] = tangent

    def _product(self, s: Statement, factors: tuple[Atom, ...]) -> Atom | None:
        """Factor by factor: (u v)' = u' v + u v'."""
        value, tangent = factors[0], self.tangent(factors[0])
        for i, factor in enumerate(factors[1:], 1):
            part = f"{s.name}{self.end}_{i}"
            terms = []
            if tangent is not None:
                terms.append((1.0, self._write(f"{part}l", Product((tangent, factor)))))
            if (own := self.tangent(factor)) is not None:
                terms.append((1.0, self._write(f"{part}r", Product((value, own)))))
            tangent = self._sum(part, terms, s.comment)
            last = i == len(factors) - 1
            value = self._write(s.name if last else f"{part}v", Product((value, factor)))
        if len(factors) == 1:
            self.statements.append(s)
        return tangent

    def _sum(self, name: str, terms: Terms, comment: str) -> Atom | None:
        if len(terms) == 1 and terms[0][0] == 1:
            return terms[0][1]
        return self._write(name, Sum(tuple(terms)), comment) if terms else None

    def _write(self, name: str, expr: Product | Sum, comment: str = "") -> Ref:
        self.statements.append(Statement(name, expr, comment))
        return Ref(name)


class _Reverse:
    """Writes, from the last statement to the first, what each value's cotangent gives to its operands."""

    def __init__(self, program: Program, linear: set[str], end: str):
        self.linear, self.end = linear, end
        self.original = {s.name: s for s in program.statements}
        self.moving: set[str] = set()
        for s in program.statements:
            if any(map(self.moves, operands(s.expr))):
                self.moving.add(s.name)
        self.statements: list[Statement] = []
        self.written: set[str] = set()
        self.received: dict[Atom, Terms] = {}

    def moves(self, atom: Atom) -> bool:
        """Whether a value depends on the linear inputs."""
        return atom.name in self.moving if isinstance(atom, Ref) else atom.array in self.linear

    def receive(self, coefficient: float, cotangent: Atom, atom: Atom) -> None:
        if self.moves(atom):
            self.received.setdefault(atom, []).append((coefficient, cotangent))

    def total(self, atom: Atom, name: str, comment: str = "") -> Atom | None:
        """The cotangent of `atom`, all of whose users have been visited."""
        terms = self.received.get(atom, [])
        if len(terms) == 1 and terms[0][0] == 1:
            return terms[0][1]
        return self._write(Statement(name, Sum(tuple(terms)), comment)) if terms else None

    def add(self, s: Statement) -> None:
        if s.name not in self.moving:
            return
        cotangent = self.total(Ref(s.name), s.name + self.end, s.comment)
        if cotangent is None:
            return
        if isinstance(s.expr, Sum):
            for coefficient, atom in s.expr.terms:
                self.receive(coefficient, cotangent, atom)
            return
        number = next(i for i, factor in enumerate(s.expr.factors) if self.moves(factor))
        others = (*s.expr.factors[:number], *s.expr.factors[number + 1 :])
        if others:
            self._want(others)
            cotangent = self._write(Statement(f"{s.name}{self.end}_{number}", Product((cotangent, *others))))
        self.receive(1.0, cotangent, s.expr.factors[number])

    def _want(self, atoms: Iterable[Atom]) -> None:
        """Write the statements of the original program that `atoms` need, where they are first needed."""
        for atom in atoms:
            if isinstance(atom, Ref) and atom.name not in self.written:
                self._want(operands(self.original[atom.name].expr))
                self._write(self.original[atom.name])

    def _write(self, s: Statement) -> Ref:
        self.statements.append(s)
        self.written.add(s.name)
        return Ref(s.name)


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
    """An ending that no name of the program has, so that names with it are new."""
    names = [*(a.name for a in program.inputs), *(s.name for s in program.statements)]
    while any(end in name for name in names):
        end += "_"
    return end
