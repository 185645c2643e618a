"""A program as C: what a compiled language makes of the same arithmetic."""

from collections.abc import Iterator

from eqxfuse.ir import Atom, Call, Load, Number, Product, Program, Ref, Statement, operands

CHUNK = 400
"""Statements a function holds: the time that gcc -O2 takes grows faster than the length of a function."""


def c_function(name: str, program: Program) -> str:
    """`void name(const double *y, const double *k, ..., double *out)` with the inputs of `program`.

    Values that one chunk makes and another one reads are kept in an array; the others are local variables.
    """
    chunks = [program.statements[i : i + CHUNK] for i in range(0, len(program.statements), CHUNK)]
    slots = _shared(chunks)
    inputs = [a.name for a in program.inputs]
    signature = ", ".join(
        [*(f"const double *restrict {a}" for a in inputs), "double *restrict w", "double *restrict out"]
    )
    stores = _stores(program)
    parts = []
    for number, chunk in enumerate(chunks):
        body = "\n".join(_lines(chunk, slots, stores))
        parts.append(f"static __attribute__((noinline)) void {name}_{number}({signature}) {{\n{body}\n}}\n")
    calls = "\n".join(f"  {name}_{i}({', '.join([*inputs, 'w', 'out'])});" for i in range(len(chunks)))
    parameters = ", ".join([*(f"const double *restrict {a}" for a in inputs), "double *restrict out"])
    parts.append(f"void {name}({parameters}) {{\n  static double w[{len(slots) + 1}];\n{_copies(program)}{calls}\n}}\n")
    return "\n".join(parts)


def _shared(chunks: list[tuple[Statement, ...]]) -> dict[str, int]:
    """The place in the array of each value that is read in another chunk than its own."""
    home = {s.name: i for i, chunk in enumerate(chunks) for s in chunk}
    names: dict[str, int] = {}
    for i, chunk in enumerate(chunks):
        for atom in (atom for s in chunk for atom in operands(s.expr)):
            if isinstance(atom, Ref) and home[atom.name] != i:
                names.setdefault(atom.name, len(names))
    return names


def _stores(program: Program) -> dict[str, list[int]]:
    """The outputs that each statement makes."""
    stores: dict[str, list[int]] = {}
    for i, atom in enumerate(program.outputs):
        if isinstance(atom, Ref):
            stores.setdefault(atom.name, []).append(i)
    return stores


def _lines(chunk: tuple[Statement, ...], slots: dict[str, int], stores: dict[str, list[int]]) -> Iterator[str]:
    own: set[str] = set()

    def text(atom: Atom) -> str:
        if isinstance(atom, Load):
            return f"{atom.array}[{atom.index}]"
        if isinstance(atom, Number):
            return repr(atom.value)
        return atom.name if atom.name in own else f"w[{slots[atom.name]}]"

    for s in chunk:
        if isinstance(s.expr, Product):
            value = " * ".join(map(text, s.expr.factors))
        elif isinstance(s.expr, Call):
            raise NotImplementedError(f"{s.name}: there is no C for a call of {s.expr.function}")
        else:
            value = _sum([(c, text(atom)) for c, atom in s.expr.terms])
        yield f"  const double {s.name} = {value};"
        if s.name in slots:
            yield f"  w[{slots[s.name]}] = {s.name};"
        for index in stores.get(s.name, ()):
            yield f"  out[{index}] = {s.name};"
        own.add(s.name)


def _sum(terms: list[tuple[float, str]]) -> str:
    """Without products by one, and starting without a sign where it can."""
    ordered = sorted(terms, key=lambda term: term[0] < 0)
    text = "".join(f" {'-' if c < 0 else '+'} {atom if abs(c) == 1 else f'{abs(c)!r} * {atom}'}" for c, atom in ordered)
    return text.removeprefix(" + ").lstrip()


def _copies(program: Program) -> str:
    """Outputs that no statement makes: zeros, and inputs passed through."""
    lines = []
    for i, atom in enumerate(program.outputs):
        if not isinstance(atom, Ref):
            value = f"{atom.array}[{atom.index}]" if isinstance(atom, Load) else "0.0"
            lines.append(f"  out[{i}] = {value};\n")
    return "".join(lines)
