"""Program -> the text of a Python function that runs it in JAX, one line a statement."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import replace

from eqxfuse._program.functions import TRUTHS
from eqxfuse._program.identifiers import identifiers, one_line
from eqxfuse._program.ir import Atom, Call, Load, Number, Product, Program, Ref, Statement, Sum, operands
from eqxfuse._python.blocks import Line, functions, wrapped
from eqxfuse._python.functions import OPERATORS, Tables, call_text, helpers, number_text

Operand = tuple[str, tuple[str, ...]]
"""The text of an atom, fit for a factor of a product, and the names in it."""

TERMS = 64
"""Terms that a line adds up at most."""

IMPORTS = "import jax.numpy as jnp\nfrom jax import lax\n"

UNPACK = '''\


def unpack(array):
    """The elements of a vector, as scalars."""
    return [lax.squeeze(v, (0,)) for v in lax.split(array, (1,) * len(array))] if len(array) else []
'''

PACK = '''\


def pack(zero, *values):
    """A vector of scalars: sums of padded ones. XLA makes one loop of a sum, and one of each part of a stack."""
    parts = []
    for first in range(0, len(values), 4):
        own = values[first : first + 4]
        padded = [lax.pad(v[None], zero, [(i, len(own) - 1 - i, 0)]) for i, v in enumerate(own)]
        parts.append(sum(padded[1:], padded[0]))
    return jnp.concatenate(parts)
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


def jax_source(program: Program) -> str:
    """A module that defines `{program.name}(*inputs)`: arrays [length] in, an array [outputs] out."""
    names = {a.name: identifiers(a) for a in program.inputs if a.labels}
    loads = {n: f"{array}[{i}]" for array, own in names.items() for i, n in enumerate(own)}

    symbols = {Load(array, i): n for array, own in names.items() for i, n in enumerate(own)}
    arrays, tables = [a.name for a in program.inputs], Tables()
    lines = statement_lines(program, lambda atom: atom_text(atom, symbols), tables)
    definitions, calls = functions(program.name, arrays, lines, loads, result_names(program))
    main = [f"def {program.name}({', '.join(arrays)}):", f"    zero = jnp.zeros((), {arrays[0]}.dtype)"]
    main += [f"    {a} = unpack({a})" for a in arrays]
    main += [*calls, *result_lines(program)]
    compensated = COMPENSATED_SUM if program.compensated else ""
    head = f"# {program.summary()}\n{IMPORTS}{tables.definitions()}{UNPACK}{PACK}{compensated}{helpers(definitions)}"
    return f"{head}{definitions}\n\n" + "\n".join(main) + "\n"


def atom_text(atom: Atom, symbols: Mapping[Load, str]) -> Operand:
    """The text of an atom; `symbols` are the names of loaded elements that have one."""
    if isinstance(atom, Number):
        text = number_text(atom.value)
        return (f"({text})" if text[0] == "-" else text), ()
    if isinstance(atom, Load) and atom not in symbols:
        return f"{atom.array}[{atom.index}]", ()
    name = symbols[atom] if isinstance(atom, Load) else atom.name
    return name, (name,)


def statement_lines(program: Program, operand: Callable[[Atom], Operand], tables: Tables) -> list[Line]:
    """A line for each statement of `program`, several for a long sum; `operand` gives the texts of its atoms."""
    if program.compensated:
        return [_line(s, operand, tables, compensated=True) for s in program.statements]
    return [_line(part, operand, tables, compensated=False) for s in program.statements for part in _cut(s)]


def result_names(program: Program) -> list[str]:
    """The statements that outputs take."""
    return [a.name for a in program.outputs if isinstance(a, Ref)]


def result_lines(program: Program, more: Iterable[str] = ()) -> list[str]:
    """The end of the function: a vector of the outputs, and `more` names behind. It needs a `zero`, and inputs as
    lists.
    """
    loose = {s.name for s in program.statements if _is_loose(s)}
    outputs = [_result(atom, loose) for atom in program.outputs] + [_cast(name) for name in more]
    return wrapped("    return pack(", ["zero", *outputs], ")", "    ")


def _is_loose(s: Statement) -> bool:
    """Whether the text of a statement may be of no certain dtype."""
    return isinstance(s.expr, Call) or all(isinstance(atom, Number) for atom in operands(s.expr))


def _result(atom: Atom | None, loose: Set[str]) -> str:
    if atom is None:
        return "zero"
    if isinstance(atom, Number) or (isinstance(atom, Ref) and atom.name in loose):
        return _cast(atom_text(atom, {})[0])
    return f"{atom.array}[{atom.index}]" if isinstance(atom, Load) else atom.name


def _cast(text: str) -> str:
    return f"lax.convert_element_type({text}, zero.dtype)"


def _cut(s: Statement) -> Iterator[Statement]:
    """A long sum as several, each of which goes on where the one before ended: Python's parser has a limit."""
    terms, number = s.expr.terms if isinstance(s.expr, Sum) else (), 0
    while len(terms) > TERMS:
        number += 1
        part = f"{s.name}_{number}"
        yield Statement(part, Sum(terms[:TERMS]))
        terms = ((1.0, Ref(part)), *terms[TERMS:])
    yield replace(s, expr=Sum(terms)) if number else s


def _line(s: Statement, operand: Callable[[Atom], Operand], tables: Tables, compensated: bool) -> Line:
    pairs = [operand(a) for a in operands(s.expr)]
    texts = [text for text, _ in pairs]
    uses = tuple(dict.fromkeys(name for _, names in pairs for name in names))
    return Line(s.name, _expression(s, texts, tables, compensated), uses, one_line(s.comment))


def _expression(s: Statement, texts: list[str], tables: Tables, compensated: bool) -> str:
    if isinstance(s.expr, Product):
        return " * ".join(texts)
    if isinstance(s.expr, Call):
        return _call(s.expr, texts, tables)
    coefficients = [c for c, _ in s.expr.terms]
    terms = [(c, t if abs(c) == 1 else f"{abs(c)!r} * {t}") for c, t in zip(coefficients, texts, strict=True)]
    if compensated and len(terms) > 1:
        return f"compensated_sum({', '.join(t if c > 0 else f'-({t})' for c, t in terms)})"
    joined = "".join((" + " if c > 0 else " - ") + t for c, t in terms)
    return joined[3:] if terms[0][0] > 0 else "-" + joined[3:]


def _call(call: Call, texts: list[str], tables: Tables) -> str:
    """Truths are numbers here."""
    if call.function in ("and", "or", "not"):
        texts = [f"({text} != 0)" for text in texts]
    if call.function == "select":
        texts = [f"{texts[0]} != 0", *texts[1:]]
    if call.function not in OPERATORS:
        text = call_text(call.function, texts, call.table, tables)
    else:
        text = f" {OPERATORS[call.function]} ".join(texts)
    return f"jnp.where({text}, 1.0, 0.0)" if call.function in TRUTHS and call.function != "within" else text
