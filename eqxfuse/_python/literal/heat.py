"""A temperature that changes with the other variables: its terms, and its change, as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eqxfuse._program.expressions import Expressions
from eqxfuse._program.identifiers import identifiers, one_line
from eqxfuse._program.ir import Array, Load, Program, Ref
from eqxfuse._python.blocks import Line, functions
from eqxfuse._python.functions import Tables
from eqxfuse._python.literal.lines import Printer

TERMS, CHANGES = "h", "f"
"""Arrays from which `Heat.change` loads terms, and the changes of the other variables."""

_MAIN = '''\


def heating(y, args):
    """What each of `PROCESSES` gives the gas [erg cm^-3 s^-1]."""
'''


@dataclass(frozen=True, slots=True)
class Heat:
    """Expressions of the state and of conditions."""

    names: tuple[str, ...]
    """Of the processes."""
    notes: tuple[str, ...]
    """A line about each."""
    terms: tuple[int, ...]
    change: int
    """Of the temperature: an expression of `TERMS`, `CHANGES`, the state and conditions."""
    temperature: Load
    """What stands for it in all expressions."""

    @property
    def _identifiers(self) -> list[str]:
        return identifiers(Array(TERMS, len(self.names), self.names))

    @property
    def loads(self) -> dict[str, str]:
        """Where the names of terms come from."""
        return {name: f"{TERMS}[{p}]" for p, name in enumerate(self._identifiers)}

    def symbols(self, program: Program) -> dict[Load, str]:
        """Names of the terms, and of the changes that statements of `program` are."""
        terms = {Load(TERMS, p): name for p, name in enumerate(self._identifiers)}
        outputs = enumerate(program.outputs)
        return terms | {Load(CHANGES, i): atom.name for i, atom in outputs if isinstance(atom, Ref)}


def heating_source(
    heat: Heat,
    expressions: Expressions,
    symbols: Mapping[Load, str],
    loads: Mapping[str, str],
    tables: Tables,
    checked: str,
) -> str:
    """Functions that end in `heating(y, args)`, which begins with the lines `checked`."""
    printer = Printer(expressions, heat.terms, symbols, tables=tables)
    lines, names = [], list(heat.loads)
    for name, term, note in zip(names, heat.terms, heat.notes, strict=True):
        text = printer.root(term, f"{name}_sum")
        lines.append(Line(name, text.text, text.uses, one_line(note)))
    definitions, calls = functions("heating", ["y", "args"], [*printer.lines, *lines], loads, names)
    cast = [f"lax.convert_element_type({name}, zero.dtype)" for name in names]
    result = ["    return pack(", "        zero,", *(f"        {text}," for text in cast), "    )"]
    ending = result if names else ["    return jnp.zeros(0, zero.dtype)"]
    return f"{definitions}{_MAIN}{checked}" + "\n".join([*calls, *ending]) + "\n"


def change_lines(heat: Heat, printer: Printer, statements: Sequence[Line]) -> list[Line]:
    """The `statements`, and around them the printer's lines, which end in `dT_dt`."""
    text = printer.root(heat.change, "dT_dt")
    made = {line.name for line in statements}
    before, behind = [], []
    for line in printer.lines:
        rests = bool(made.intersection(line.uses))
        (behind if rests else before).append(line)
        made.update([line.name] if rests else [])
    last = [] if text.text == "dT_dt" else [Line("dT_dt", text.text, text.uses)]
    return [*before, *statements, *behind, *last]
