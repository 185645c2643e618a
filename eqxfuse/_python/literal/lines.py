"""Nodes of a graph -> lines of Python: what is shared or long gets a line and a name of its own."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from eqxfuse._python.blocks import Line
from eqxfuse._python.literal.graph import CALL, LEVEL, SIGN, Graph
from eqxfuse._python.literal.names import POWER, WITHIN, stem
from eqxfuse._python.literal.rules import CLIP

_LONGEST = 72
"""Characters of a text that may stand inside another one."""
_LONGEST_ROOT = 110
"""Characters of a root that may stand inside a statement: every number of a common rate law is in sight."""
_CHEAP = ("+", "-", "*")


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
    """Texts of `roots` and of all that they use; the lines that they rest on are in `lines`.

    `taken` are names that stand for something else.
    """

    def __init__(self, graph: Graph, roots: Iterable[int], taken: Iterable[str] = ()):
        self.lines: list[Line] = []
        self._graph = graph
        roots = frozenset(roots)
        self._names = {node: graph.nodes[node].form for node in graph.symbols}
        self._taken: Counter[str] = Counter({*taken, *self._names.values()})
        reached = graph.reached(roots)
        self._uses = Counter(x for node in reached for x in graph.nodes[node].operands) + Counter(roots)
        self._inline = {node for root in roots for node in _spine(graph, root)}
        self._texts: dict[int, Text] = {}
        for node in sorted(reached):  # operands stand before the nodes that use them
            text = self._composed(node)
            self._texts[node] = self._named(node, text) if graph.nodes[node].operands else text

    def root(self, node: int, name: str) -> Text:
        """The text of a root; when it is long it goes to a line `name`."""
        text = self._texts[node]
        return text if len(text.text) <= _LONGEST_ROOT else self._line(name, text)

    def _line(self, name: str, text: Text) -> Text:
        self.lines.append(Line(name, text.text, text.uses))
        return Text(name, (name,))

    def _composed(self, node: int) -> Text:
        form, operands = self._graph.nodes[node].form, self._graph.nodes[node].operands
        parts = [self._texts[x] for x in operands]
        uses = tuple(dict.fromkeys(name for part in parts for name in part.uses))
        if not parts:
            return Text(form, (form,) if node in self._graph.symbols else (), SIGN if form[0] == "-" else CALL)
        if form == "-{}":
            return Text(f"-{parts[0].within(SIGN + 1)}", uses, SIGN)
        if form not in LEVEL:
            return Text(form.format(*(part.text for part in parts)), uses)
        level = LEVEL[form]
        left = level if form in ("+", "-", "*", "/") else level + 1
        return Text(f"{parts[0].within(left)} {form} {parts[1].within(level + 1)}", uses, level)

    def _named(self, node: int, text: Text) -> Text:
        """`text`, or the name of the line it was put on."""
        form = self._graph.nodes[node].form
        name = stem(self._graph, self._names, node)
        telling = form in (CLIP, WITHIN) or (name is not None and POWER in name)
        shared = self._uses[node] > 1 and not self._is_plain(node)
        long = len(text.text) > _LONGEST and node not in self._inline
        if not (telling or shared or long):
            return text
        self._names[node] = self._distinct(name or "u")
        return self._line(self._names[node], text)

    def _is_plain(self, node: int) -> bool:
        """Sums and products that begin with a number are written out wherever they stand, such as alpha * n_H."""
        while self._graph.nodes[node].form in _CHEAP:
            node = self._graph.nodes[node].operands[0]
        return node in self._graph.numbers

    def _distinct(self, name: str) -> str:
        self._taken[name] += 1
        number = self._taken[name]
        if name != "u" and number == 1:
            return name
        return self._distinct(f"{name}_{number}") if name != "u" else f"u{number - 1}"


def _spine(graph: Graph, root: int) -> Iterator[int]:
    """The products and quotients that a root begins with."""
    yield root
    while graph.nodes[root].form in ("*", "/"):
        root = graph.nodes[root].operands[0]
        yield root
