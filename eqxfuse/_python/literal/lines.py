"""Expressions -> lines of Python: what is shared or long gets a line and a name of its own."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from eqxfuse._program.expressions import Expressions
from eqxfuse._program.ir import Load
from eqxfuse._python.blocks import Line
from eqxfuse._python.functions import CALL, LEVEL, OPERATORS, SIGN, Tables, call_text, number_text
from eqxfuse._python.literal.names import POWER, stem

_LONGEST = 72
"""Characters of a text that may stand inside another one."""
_LONGEST_ROOT = 110
"""Characters of a root that may stand inside a statement: every number of a common rate law is in sight."""
_CHEAP = ("add", "sub", "mul")


@dataclass(frozen=True, slots=True)
class Text:
    """Python text, the names in it, and how tightly its outermost operator binds."""

    text: str
    uses: tuple[str, ...] = ()
    level: int = CALL

    def within(self, level: int) -> str:
        """The text as an operand of something that binds as tightly as `level`."""
        return self.text if self.level >= level else f"({self.text})"


class Printer:
    """Texts of `roots` and of all that they use; the lines that they rest on are in `lines`, tables in `tables`.

    `symbols` are the names of loaded elements, `taken` further names that stand for something else; `tables` may be
    those of several printers.
    """

    def __init__(
        self,
        expressions: Expressions,
        roots: Iterable[int],
        symbols: Mapping[Load, str],
        taken: Iterable[str] = (),
        tables: Tables | None = None,
    ):
        self.lines: list[Line] = []
        self.tables = Tables() if tables is None else tables
        self._expressions = expressions
        roots = frozenset(roots)
        reached = expressions.reached(roots)
        leaves = ((i, expressions.nodes[i].leaf) for i in reached)
        self._names = {i: symbols[leaf] for i, leaf in leaves if isinstance(leaf, Load)}
        self._taken: Counter[str] = Counter({*taken, *symbols.values()})
        self._uses = Counter(x for i in reached for x in expressions.nodes[i].operands) + Counter(roots)
        self._inline = {i for root in roots for i in _spine(expressions, root)}
        self._texts: dict[int, Text] = {}
        for i in sorted(reached):  # operands stand before the expressions that use them
            text = self._composed(i)
            self._texts[i] = self._named(i, text) if expressions.nodes[i].operands else text

    def root(self, position: int, name: str) -> Text:
        """The text of a root; when it is long it goes to a line `name`."""
        text = self._texts[position]
        return text if len(text.text) <= _LONGEST_ROOT else self._line(name, text)

    def _line(self, name: str, text: Text) -> Text:
        self.lines.append(Line(name, text.text, text.uses))
        return Text(name, (name,))

    def _composed(self, position: int) -> Text:
        if position in self._names:
            return Text(self._names[position], (self._names[position],))
        if position in self._expressions.numbers:
            text = number_text(self._expressions.numbers[position])
            return Text(text, (), SIGN if text[0] == "-" else CALL)
        node = self._expressions.nodes[position]
        parts = [self._texts[x] for x in node.operands]
        uses = tuple(dict.fromkeys(name for part in parts for name in part.uses))
        if node.name == "neg":
            return Text(f"-{parts[0].within(SIGN + 1)}", uses, SIGN)
        if node.name not in OPERATORS:
            return Text(call_text(node.name, [p.text for p in parts], node.table, self.tables), uses)
        operator = OPERATORS[node.name]
        level = LEVEL[operator]
        left = level if operator in ("+", "-", "*", "/") else level + 1
        right = parts[1].within(level + 1)
        if node.name == "integer_pow":
            right = str(int(self._expressions.numbers[node.operands[1]]))
        return Text(f"{parts[0].within(left)} {operator} {right}", uses, level)

    def _named(self, position: int, text: Text) -> Text:
        """`text`, or the name of the line it was put on."""
        name = stem(self._expressions, self._names, position)
        telling = name is not None and (self._expressions.nodes[position].name in ("clip", "within") or POWER in name)
        shared = self._uses[position] > 1 and not self._is_plain(position)
        long = len(text.text) > _LONGEST and position not in self._inline
        if not (telling or shared or long):
            return text
        self._names[position] = self._distinct(name or "u")
        return self._line(self._names[position], text)

    def _is_plain(self, position: int) -> bool:
        """Sums and products that begin with a number are written out wherever they stand, such as alpha * n_H."""
        while self._expressions.nodes[position].name in _CHEAP:
            position = self._expressions.nodes[position].operands[0]
        return position in self._expressions.numbers

    def _distinct(self, name: str) -> str:
        self._taken[name] += 1
        number = self._taken[name]
        if name != "u" and number == 1:
            return name
        return self._distinct(f"{name}_{number}") if name != "u" else f"u{number - 1}"


def _spine(x: Expressions, root: int) -> Iterator[int]:
    """The products and quotients that a root begins with."""
    yield root
    while x.nodes[root].name in ("mul", "div"):
        root = x.nodes[root].operands[0]
        yield root
