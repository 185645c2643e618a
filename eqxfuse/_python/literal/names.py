"""Names that say what a term is: `T_pow_m05` for (T/300)^-0.5, `T_exp_m120` for exp(-120/T)."""

from collections.abc import Mapping

from eqxfuse._python.literal.graph import Graph
from eqxfuse._python.literal.rules import CLIP

POWER, WITHIN = "_pow_", "within({}, {}, {})"


def stem(graph: Graph, names: Mapping[int, str], node: int) -> str | None:
    """A name for `node`, made of the `names` of nodes it stands on; None where it has no telling form."""
    entry = graph.nodes[node]
    if entry.form in (CLIP, WITHIN) and entry.operands[0] in names:
        base, *limits = entry.operands
        middle = "_in_" if entry.form == WITHIN else "_"
        return names[base] + middle + "_".join(_spelled(graph, limit) for limit in limits)
    if entry.form == "jnp.log({})" and (base := _base(graph, names, entry.operands[0])):
        return f"{base}_log"
    if entry.form == "jnp.exp({})":
        return _of_exponential(graph, names, entry.operands[0])
    if entry.form in ("/", "**") and entry.operands[0] in names and entry.operands[1] in graph.numbers:
        middle = POWER if entry.form == "**" else "_over_"
        return names[entry.operands[0]] + middle + _spelled(graph, entry.operands[1])
    return None


def _of_exponential(graph: Graph, names: Mapping[int, str], exponent: int) -> str | None:
    """exp(c log(x)) is a power of x; exp(c x) and exp(c / x) are exponentials of x."""
    entry = graph.nodes[exponent]
    if entry.form not in ("*", "/") or entry.operands[0] not in graph.numbers:
        return None
    number, of = _spelled(graph, entry.operands[0]), graph.nodes[entry.operands[1]]
    if entry.form == "*" and of.form == "jnp.log({})":
        base = _base(graph, names, of.operands[0])
        return base and base + POWER + number
    base = names.get(entry.operands[1])
    return base and f"{base}_exp_{number}"


def _base(graph: Graph, names: Mapping[int, str], node: int) -> str | None:
    """The name of `node`, or that of x where `node` is x over a number."""
    entry = graph.nodes[node]
    scaled = entry.form == "/" and entry.operands[1] in graph.numbers
    return names.get(entry.operands[0] if scaled else node)


def _spelled(graph: Graph, number: int) -> str:
    text = graph.nodes[number].form.removeprefix("jnp.").removesuffix(".0")
    return "".join(c for c in text.replace("-", "m") if c.isalnum())
