"""A program whose coefficients are expressions -> a module of its own, with every number in its place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eqxfuse._program.expressions import Expressions
from eqxfuse._program.identifiers import identifiers
from eqxfuse._program.ir import Atom, Load, Program
from eqxfuse._python.blocks import functions
from eqxfuse._python.functions import LEVEL, Tables, helpers, tuple_text
from eqxfuse._python.literal.heat import Heat, change_lines, heating_source
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

_HEAD_WITH_HEAT = '''\
"""{about}

`static_ode(t, y, args)` takes y [{n}] in the order of `SPECIES`, with the temperature [K] behind them, and gives dy/dt
[{n}] in the dtype of y; `heating(y, args)` is what each of `PROCESSES` adds to the energy of the gas [erg cm^-3 s^-1],
below 0 where it cools. `args` is a `Conditions`, or any object with the same attributes: scalars, so use `jax.vmap` for
a batch. Needs jax alone.
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
'''

_CHECKED = """\
    y = jnp.asarray(y, jnp.result_type(y, float))
    if y.shape != ({states},):
        raise ValueError(f"y has shape {{y.shape}}, expected ({{{states}}},); use jax.vmap for a batch")
    args = Conditions(*(jnp.asarray(getattr(args, name), y.dtype).reshape(()) for name in Conditions._fields))
    zero = jnp.zeros((), y.dtype)
"""

_HEATING = "    h = unpack(heating(y, args))\n"

_READ = "    y = unpack(y)\n"


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
    heat: Heat | None = None,
) -> str:
    """A module that defines `static_ode(t, y, args)`; `about` is the first line of its docstring.

    The first input of `program` is y. Elements of the others are the expressions `coefficients`, made of numbers, of
    the `parameters` and of the elements of y. With `heat`, a temperature stands behind the others in y, and the module
    defines `heating(y, args)`, too.
    """
    species = program.inputs[0]
    names = identifiers(species)
    symbols = {Load(species.name, i): name for i, name in enumerate(names)}
    symbols |= {load: p.name for load, p in parameters.items()}
    loads = {name: f"y[{i}]" for i, name in enumerate(names)} | {p.name: f"args.{p.field}" for p in parameters.values()}
    tables, arrays, states = Tables(), ["y", "args"], "len(SPECIES)"
    if heat:
        symbols[heat.temperature] = "T"
        loads["T"] = f"y[{species.length}]"
        states = "len(SPECIES) + 1"
    checked = _CHECKED.format(states=states)
    heating = heating_source(heat, expressions, symbols, loads, tables, checked + _READ) if heat else ""
    of_change = heat.symbols(program) if heat else {}
    roots = [*coefficients.values(), *([heat.change] if heat else [])]
    printer = Printer(expressions, roots, symbols | of_change, tables=tables)
    texts = {load: printer.root(node, f"{load.array}{load.index}") for load, node in coefficients.items()}

    def operand(atom: Atom) -> Operand:
        if atom in texts:
            return texts[atom].within(LEVEL["*"]), texts[atom].uses
        return atom_text(atom, symbols)

    statements = statement_lines(program, operand, tables)
    results, last = result_names(program), ()
    if heat:
        lines = change_lines(heat, printer, statements)
        arrays, loads, results, last = [*arrays, "h"], loads | heat.loads, [*results, "dT_dt"], ("dT_dt",)
    else:
        lines = [*printer.lines, *statements]
    definitions, calls = functions("static_ode", arrays, lines, loads, results)
    body = checked + (_HEATING if heat else "") + _READ
    main = _MAIN + body + "\n".join([*calls, *result_lines(program, last)]) + "\n"
    text, size = (_HEAD_WITH_HEAT, species.length + 1) if heat else (_HEAD, species.length)
    head = text.format(about=about, n=size)
    constants = _constants(species.labels, heat, tables)
    record = _record(parameters.values())
    own = heating + definitions
    return f"{head}{IMPORTS}{constants}{record}{UNPACK}{PACK}{helpers(own)}{own}\n\n{main}"


def _constants(labels: Sequence[str], heat: Heat | None, tables: Tables) -> str:
    processes = tuple_text("PROCESSES", map(ascii, heat.names)) if heat else ""
    return "\n" + tuple_text("SPECIES", map(ascii, labels)) + processes + tables.definitions()


def _record(parameters: Iterable[Parameter]) -> str:
    fields = [
        f"    {p.field}: float{'' if p.default is None else f' = {p.default!r}'}  # {p.meaning}" for p in parameters
    ]
    return "\n".join([_RECORD, *fields, ""])
