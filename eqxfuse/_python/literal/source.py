"""A program whose coefficients are expressions -> a module of its own, with every number in its place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eqxfuse._program.identifiers import identifiers
from eqxfuse._program.ir import Atom, Load, Program
from eqxfuse._python.blocks import functions
from eqxfuse._python.literal.graph import LEVEL, Graph
from eqxfuse._python.literal.lines import Printer
from eqxfuse._python.source import IMPORTS, PACK, UNPACK, Operand, result_lines, result_names, statement_lines

_HEAD = '''\
"""{about}

`static_ode(t, y, args)` takes y [{n}] in the order of `SPECIES` and gives dy/dt [{n}] in the dtype of y. `args` is a
`Conditions`, or any object with the same attributes: scalars, so use `jax.vmap` for a batch. Needs jax alone.
"""

from typing import NamedTuple

'''

_HELPERS = {
    "within(": '''

def within(x, low, high):
    """1 for low <= x <= high, else 0."""
    return jnp.where((low <= x) & (x <= high), 1.0, 0.0)
''',
    "nearest(": '''

def nearest(x, *pieces):
    """The value of the (low, high, value) that holds x, else of the nearest one; the first of equals."""
    least, chosen = jnp.inf, pieces[0][2]
    for low, high, value in pieces:
        distance = jnp.maximum(jnp.maximum(low - x, x - high), 0.0)
        chosen = jnp.where(distance < least, value, chosen)
        least = jnp.minimum(distance, least)
    return chosen
''',
}

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
    program: Program, graph: Graph, coefficients: Mapping[Load, int], parameters: Sequence[Parameter], about: str
) -> str:
    """A module that defines `static_ode(t, y, args)`; `about` is the first line of its docstring.

    The first input of `program` is y. Elements of the others are the nodes `coefficients`, made of numbers, of the
    `parameters` and of the elements of y by their identifiers.
    """
    species = program.inputs[0]
    names = identifiers(species)
    loads = {name: f"y[{i}]" for i, name in enumerate(names)} | {p.name: f"args.{p.field}" for p in parameters}
    printer = Printer(graph, coefficients.values(), taken=loads)
    texts = {load: printer.root(node, f"{load.array}{load.index}") for load, node in coefficients.items()}

    def operand(atom: Atom) -> Operand:
        if atom in texts:
            return texts[atom].within(LEVEL["*"]), texts[atom].uses
        name = names[atom.index] if isinstance(atom, Load) else atom.name
        return name, (name,)

    lines = [*printer.lines, *statement_lines(program, operand)]
    definitions, calls = functions("static_ode", ["y", "args"], lines, loads, result_names(program))
    main = _MAIN + "\n".join([*calls, *result_lines(program)]) + "\n"
    helpers = "".join(text for call, text in _HELPERS.items() if call in definitions)
    head = _HEAD.format(about=about, n=species.length) + IMPORTS + _constants(species.labels, graph)
    return f"{head}{_record(parameters)}{UNPACK}{PACK}{helpers}{definitions}\n\n{main}"


def _constants(labels: Sequence[str], graph: Graph) -> str:
    tables = [_tuple(name, map(_numbers, values.tolist())) for name, values in graph.tables.items()]
    return "\n" + "".join([_tuple("SPECIES", map(ascii, labels)), *tables])


def _numbers(values: float | list) -> str:
    return repr(values).replace("inf", "jnp.inf").replace("nan", "jnp.nan")


def _tuple(name: str, items: Iterable[str]) -> str:
    """One item a line: they may hold spaces, so no line is broken."""
    return f"{name} = (\n" + "".join(f"    {item},\n" for item in items) + ")\n"


def _record(parameters: Sequence[Parameter]) -> str:
    defaults = ["" if p.default is None else f" = {p.default!r}" for p in parameters]
    fields = [f"    {p.field}: float{d}  # {p.meaning}" for p, d in zip(parameters, defaults, strict=True)]
    return "\n".join([_RECORD, *fields, ""])
