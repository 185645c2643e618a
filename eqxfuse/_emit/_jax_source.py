"""Program -> the text of a Python function that runs it in JAX, one line a statement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import wrap

from eqxfuse._emit._identifiers import identifiers, one_line
from eqxfuse._ir import Atom, Load, Product, Program, Ref, Statement, operands

BLOCK = 256
"""Statements a function holds at most; longer programs become several functions."""

PRELUDE = '''\
import jax.numpy as jnp
from jax import lax


def unpack(array):
    """The elements of a vector, as scalars."""
    return [lax.squeeze(v, (0,)) for v in lax.split(array, (1,) * len(array))] if len(array) else []
'''

COMPENSATED_SUM = '''\


def compensated_sum(total, *terms):
    """Neumaier's sum: the error of each addition is collected and added at the end."""
    error = jnp.zeros_like(total)
    for term in terms:
        after = total + term
        larger = jnp.abs(total) >= jnp.abs(term)
        error += jnp.where(larger, (total - after) + term, (term - after) + total)
        total = after
    return total + error
'''


@dataclass(frozen=True)
class _Block:
    """A run of statements: the names it takes from earlier ones and gives to later ones."""

    statements: tuple[Statement, ...]
    takes: tuple[str, ...]
    gives: tuple[str, ...]


def jax_source(program: Program) -> str:
    """A module that defines `{program.name}(*inputs)`: arrays [length] in, an array [outputs] out."""
    names = {a.name: identifiers(a) for a in program.inputs}
    blocks = _blocks(program)
    parts = [f"# {program.summary()}\n", PRELUDE, COMPENSATED_SUM if program.compensated else ""]
    arrays = ", ".join(a.name for a in program.inputs)
    for number, block in enumerate(blocks):
        parts.append(_block_source(program, block, number, arrays, names))
    parts.append(_main_source(program, blocks, arrays))
    return "".join(parts)


def _blocks(program: Program) -> list[_Block]:
    cuts = [program.statements[i : i + BLOCK] for i in range(0, len(program.statements), BLOCK)]
    last_use = {name: len(cuts) for name in _refs(program.outputs)}
    for number, cut in reversed(list(enumerate(cuts))):
        for s in cut:
            for name in _refs(operands(s.expr)):
                last_use.setdefault(name, number)
    blocks = []
    for number, cut in enumerate(cuts):
        own = {s.name for s in cut}
        used = dict.fromkeys(name for s in cut for name in _refs(operands(s.expr)) if name not in own)
        gives = tuple(s.name for s in cut if last_use.get(s.name, -1) > number)
        blocks.append(_Block(cut, tuple(used), gives))
    return blocks


def _refs(atoms: Iterable[Atom | None]) -> list[str]:
    return [a.name for a in atoms if isinstance(a, Ref)]


def _block_source(program: Program, block: _Block, number: int, arrays: str, names: dict) -> str:
    lines = [*_wrapped(f"def {program.name}_{number}(", [arrays, *block.takes], "):", "")]
    loaded: set[str] = set()
    for s in block.statements:
        for atom in operands(s.expr):
            if isinstance(atom, Load) and program_labels(program, atom) and (n := _atom(atom, names)) not in loaded:
                loaded.add(n)
                lines.append(f"    {n} = {atom.array}[{atom.index}]")
        note = f"  # {one_line(s.comment)}" if s.comment else ""
        lines.append(f"    {s.name} = {_expression(s, names, program)}{note}")
    lines += _wrapped("    return (", block.gives, ",)" if block.gives else ")", "    ")
    return "\n\n" + "\n".join(lines) + "\n"


def program_labels(program: Program, load: Load) -> bool:
    """Whether the elements of the array have names of their own in the text."""
    return any(a.name == load.array and a.labels for a in program.inputs)


def _main_source(program: Program, blocks: Sequence[_Block], arrays: str) -> str:
    first = program.inputs[0].name
    lines = [f"def {program.name}({arrays}):", f"    zero = jnp.zeros((), {first}.dtype)"]
    lines += [f"    {a.name} = unpack({a.name})" for a in program.inputs]
    for number, block in enumerate(blocks):
        call = f"{program.name}_{number}("
        if block.gives:
            lines += _wrapped("    (", block.gives, ",) = \\", "    ")
            lines += _wrapped(f"        {call}", [arrays, *block.takes], ")", "        ")
    outputs = ["zero" if a is None else _output(a) for a in program.outputs]
    lines += _wrapped("    return jnp.stack([", outputs, "])", "    ")
    return "\n\n" + "\n".join(lines) + "\n"


def _output(atom: Atom) -> str:
    return f"{atom.array}[{atom.index}]" if isinstance(atom, Load) else atom.name


def _wrapped(head: str, items: Sequence[str], tail: str, indent: str) -> list[str]:
    text = ", ".join(items)
    if len(head) + len(text) + len(tail) <= 110:
        return [head + text + tail]
    return [head, *(f"{indent}    {line}" for line in wrap(text, 105, break_long_words=False)), indent + tail]


def _atom(atom: Atom, names: dict[str, list[str]]) -> str:
    return names[atom.array][atom.index] if isinstance(atom, Load) else atom.name


def _expression(s: Statement, names: dict, program: Program) -> str:
    def text(atom: Atom) -> str:
        if isinstance(atom, Load) and not program_labels(program, atom):
            return f"{atom.array}[{atom.index}]"
        return _atom(atom, names)

    if isinstance(s.expr, Product):
        return " * ".join(text(a) for a in s.expr.factors)
    terms = [(c, text(a) if abs(c) == 1 else f"{abs(c)!r} * {text(a)}") for c, a in s.expr.terms]
    if program.compensated and len(terms) > 1:
        return f"compensated_sum({', '.join(t if c > 0 else f'-({t})' for c, t in terms)})"
    joined = "".join((" + " if c > 0 else " - ") + t for c, t in terms)
    return joined[3:] if terms[0][0] > 0 else "-" + joined[3:]
