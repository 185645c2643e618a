"""A program whose coefficients are expressions -> a module of its own, with every number in its place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eqxfuse._program.expressions import Expressions
from eqxfuse._program.identifiers import identifiers
from eqxfuse._program.ir import Atom, Load, Program
from eqxfuse._python.blocks import functions
from eqxfuse._python.functions import LEVEL, Tables, helpers, tuple_text
from eqxfuse._python.literal.lines import Printer
from eqxfuse._python.source import (
    IMPORTS,
    PACK,
    UNPACK,
    Operand,
    atom_text,
    result_lines,
    result_names,
    statement_lines,
)

_HEAD = '''\
"""{about}

`static_ode(t, y, args)` takes y [{n}] in the order of `SPECIES` and gives dy/dt [{n}] in the dtype of y. `args` is a
`Conditions`, or any object with the same attributes: scalars, so use `jax.vmap` for a batch. Needs jax alone.
"""

from typing import NamedTuple

'''

_RECORD = '''

class Conditions(NamedTuple):
    """What the coefficients depend on."""
'''

_MAIN = '''\
def static_ode(t, y, args):
    """dy/dt at any time `t`."""
    y = jnp.asarray(y, jnp.result_type(y, float))
    if y.shape != (len(SPECIES),):
        raise ValueError(f"y has shape {y.shape}, expected ({len(SPECIES)},); use jax.vmap for a batch")
    args = Conditions(*(jnp.asarray(getattr(args, name), y.dtype).reshape(()) for name in Conditions._fields))
    zero = jnp.zeros((), y.dtype)
    y = unpack(y)
'''


@dataclass(frozen=True, slots=True)
class Parameter:
    """A scalar that the module takes as `args.{field}` and calls `name`."""

    name: str
    field: str
    meaning: str
    default: float | None = None


def literal_source(
    program: Program,
    expressions: Expressions,
    coefficients: Mapping[Load, int],
    parameters: Mapping[Load, Parameter],
    about: str,
) -> str:
    """A module that defines `static_ode(t, y, args)`; `about` is the first line of its docstring.

    The first input of `program` is y. Elements of the others are the expressions `coefficients`, made of numbers, of
    the `parameters` and of the elements of y.
    """
    species = program.inputs[0]
    names = identifiers(species)
    symbols = {Load(species.name, i): name for i, name in enumerate(names)}
    symbols |= {load: p.name for load, p in parameters.items()}
    loads = {name: f"y[{i}]" for i, name in enumerate(names)} | {p.name: f"args.{p.field}" for p in parameters.values()}
    printer = Printer(expressions, coefficients.values(), symbols)
    texts = {load: printer.root(node, f"{load.array}{load.index}") for load, node in coefficients.items()}

    def operand(atom: Atom) -> Operand:
        if atom in texts:
            return texts[atom].within(LEVEL["*"]), texts[atom].uses
        return atom_text(atom, symbols)

    lines = [*printer.lines, *statement_lines(program, operand, printer.tables)]
    definitions, calls = functions("static_ode", ["y", "args"], lines, loads, result_names(program))
    main = _MAIN + "\n".join([*calls, *result_lines(program)]) + "\n"
    head = _HEAD.format(about=about, n=species.length) + IMPORTS + _constants(species.labels, printer.tables)
    record = _record(parameters.values())
    return f"{head}{record}{UNPACK}{PACK}{helpers(definitions)}{definitions}\n\n{main}"


def _constants(labels: Sequence[str], tables: Tables) -> str:
    return "\n" + tuple_text("SPECIES", map(ascii, labels)) + tables.definitions()


def _record(parameters: Iterable[Parameter]) -> str:
    fields = [
        f"    {p.field}: float{'' if p.default is None else f' = {p.default!r}'}  # {p.meaning}" for p in parameters
    ]
    return "\n".join([_RECORD, *fields, ""])
