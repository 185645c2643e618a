"""Programs: straight-line arithmetic over named arrays, the form between a network and every backend.

A program knows no chemistry. Each statement names one product, one sum, or one call of an elementwise function;
operands are elements of the input arrays, numbers, or earlier statements. What order the operations run in, and how,
is the emitter's choice.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from eqxfuse._program.functions import FUNCTIONS
from eqxfuse._program.one_line import OneLine


@dataclass(frozen=True, slots=True)
class Load:
    """Element `index` of the input array `array`."""

    array: str
    index: int


@dataclass(frozen=True, slots=True)
class Ref:
    """The value of an earlier statement."""

    name: str


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float


Atom: TypeAlias = Load | Ref | Number


@dataclass(frozen=True, slots=True)
class Product:
    """The product of `factors`, one or more."""

    factors: tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of coefficient times atom over `terms`, one or more."""

    terms: tuple[tuple[float, Atom], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """The function of `FUNCTIONS` that is named `function`, of `arguments`; `table` holds what it looks up."""

    function: str
    arguments: tuple[Atom, ...]
    table: tuple[float, ...] = ()


Expression: TypeAlias = Product | Sum | Call


@dataclass(frozen=True, slots=True)
class Statement:
    """`name` = `expr`. `comment` says what it stands for."""

    name: str
    expr: Expression
    comment: str = field(default="", compare=False)


@dataclass(frozen=True)
class Array:
    """An input array: its name, length, and a label for each element (for readable code)."""

    name: str
    length: int
    labels: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, repr=False)
class Program(OneLine):
    """Statements in order, and the atom (or None for zero) that each output element takes.

    With `compensated` the sums carry their rounding errors along (Neumaier 1974, ZAMM 54, 39).
    """

    name: str
    inputs: tuple[Array, ...]
    statements: tuple[Statement, ...]
    outputs: tuple[Atom | None, ...]
    compensated: bool = False

    def __post_init__(self):
        lengths = {a.name: a.length for a in self.inputs}
        known: set[str] = set()
        for s in self.statements:
            if isinstance(s.expr, Call):
                _check_call(s.expr, s.name)
            for atom in operands(s.expr):
                _check(atom, lengths, known, s.name)
            if s.name in known:
                raise ValueError(f"program {self.name!r}: {s.name!r} is assigned twice")
            known.add(s.name)
        for atom in self.outputs:
            if atom is not None:
                _check(atom, lengths, known, "an output")

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the arithmetic; names of statements count, comments and labels do not."""
        text = repr((self.name, [(a.name, a.length) for a in self.inputs], self.outputs, self.compensated))
        body = "\n".join(f"{s.name}={_text(s.expr)}" for s in self.statements)
        return hashlib.sha256(f"{text}\n{body}".encode()).hexdigest()

    @cached_property
    def operations(self) -> Counter:
        """Multiplications, additions, calls and loads, as written: independent of machine and backend."""
        count: Counter = Counter(multiplications=0, additions=0, calls=0, loads=0)
        for s in self.statements:
            count["loads"] += sum(isinstance(a, Load) for a in operands(s.expr))
            if isinstance(s.expr, Product):
                count["multiplications"] += len(s.expr.factors) - 1
            elif isinstance(s.expr, Call):
                count["calls"] += 1
            else:
                count["additions"] += len(s.expr.terms) - 1
                count["multiplications"] += sum(abs(c) != 1 for c, _ in s.expr.terms)
        return count

    def summary(self) -> str:
        """One line: sizes and operation counts."""
        n = self.operations
        calls = f"{n['calls']} calls, " if n["calls"] else ""
        return (
            f"{self.name}: {len(self.statements)} statements, {n['multiplications']} multiplications, "
            f"{n['additions']} additions, {calls}{len(self.outputs)} outputs"
        )

    @cached_property
    def calls(self) -> bool:
        """Whether anything but products and sums is in it."""
        return any(isinstance(s.expr, Call) for s in self.statements)

    def __repr__(self) -> str:
        return f"Program({self.name}, {len(self.statements)} statements, {len(self.outputs)} outputs)"

    def __str__(self) -> str:
        lines = [f"program {self.name}({', '.join(f'{a.name}[{a.length}]' for a in self.inputs)})"]
        for s in self.statements:
            note = f"  # {s.comment}" if s.comment else ""
            lines.append(f"  {s.name} = {_text(s.expr)}{note}")
        return "\n".join([*lines, *(f"  out[{i}] = {_atom(a)}" for i, a in enumerate(self.outputs))])


def operands(expr: Expression) -> tuple[Atom, ...]:
    """The atoms of an expression, in order."""
    if isinstance(expr, Sum):
        return tuple(atom for _, atom in expr.terms)
    return expr.factors if isinstance(expr, Product) else expr.arguments


def _check(atom: Atom, lengths: dict[str, int], known: set[str], where: str) -> None:
    if isinstance(atom, Load):
        if atom.array not in lengths:
            raise ValueError(f"{where}: {atom.array!r} is not an input")
        if not 0 <= atom.index < lengths[atom.array]:
            raise ValueError(f"{where}: {_atom(atom)} is outside the array")
    elif isinstance(atom, Ref) and atom.name not in known:
        raise ValueError(f"{where}: {atom.name!r} is used before it is assigned")


def _check_call(call: Call, where: str) -> None:
    function = FUNCTIONS.get(call.function)
    if function is None:
        raise ValueError(f"{where}: there is no function {call.function!r}; known are {', '.join(FUNCTIONS)}")
    if not function.takes(len(call.arguments)):
        raise ValueError(f"{where}: {call.function} does not take {len(call.arguments)} arguments")
    if function.looks_up != bool(call.table):
        raise ValueError(f"{where}: {call.function} {'needs a' if function.looks_up else 'takes no'} table")


def _atom(atom: Atom | None) -> str:
    if atom is None:
        return "0"
    if isinstance(atom, Number):
        return repr(atom.value)
    return f"{atom.array}[{atom.index}]" if isinstance(atom, Load) else atom.name


def _text(expr: Expression) -> str:
    if isinstance(expr, Product):
        return " * ".join(map(_atom, expr.factors))
    if isinstance(expr, Call):
        return f"{expr.function}({', '.join(map(_atom, expr.arguments))}{f'; {expr.table!r}' if expr.table else ''})"
    return " + ".join(_atom(a) if c == 1 else f"{c!r} * {_atom(a)}" for c, a in expr.terms)
