"""Names that say what a term is: `T_pow_m05` for (T/300)^-0.5, `T_exp_m120` for exp(-120/T)."""

from collections.abc import Mapping

from eqxfuse._program.expressions import Expressions

POWER = "_pow_"


def stem(x: Expressions, names: Mapping[int, str], position: int) -> str | None:
    """A name for an expression, made of the `names` of those it stands on; None where it has no telling form."""
    node = x.nodes[position]
    if node.name in ("clip", "within") and node.operands[0] in names and {*node.operands[1:]} <= x.numbers.keys():
        base, *limits = node.operands
        middle = "_in_" if node.name == "within" else "_"
        return names[base] + middle + "_".join(_spelled(x, limit) for limit in limits)
    if node.name == "log" and (base := _base(x, names, node.operands[0])):
        return f"{base}_log"
    if node.name == "exp":
        return _of_exponential(x, names, node.operands[0])
    if node.name in ("div", "pow") and node.operands[0] in names and node.operands[1] in x.numbers:
        middle = POWER if node.name == "pow" else "_over_"
        return names[node.operands[0]] + middle + _spelled(x, node.operands[1])
    return None


def _of_exponential(x: Expressions, names: Mapping[int, str], exponent: int) -> str | None:
    """exp(c log(z)) is a power of z; exp(c z) and exp(c / z) are exponentials of z."""
    node = x.nodes[exponent]
    if node.name not in ("mul", "div") or node.operands[0] not in x.numbers:
        return None
    number, of = _spelled(x, node.operands[0]), x.nodes[node.operands[1]]
    if node.name == "mul" and of.name == "log":
        base = _base(x, names, of.operands[0])
        return base and base + POWER + number
    base = names.get(node.operands[1])
    return base and f"{base}_exp_{number}"


def _base(x: Expressions, names: Mapping[int, str], position: int) -> str | None:
    """The name of an expression, or that of z where it is z over a number."""
    node = x.nodes[position]
    scaled = node.name == "div" and node.operands[1] in x.numbers
    return names.get(node.operands[0] if scaled else position)


def _spelled(x: Expressions, number: int) -> str:
    text = repr(x.numbers[number]).removesuffix(".0")
    return "".join(c for c in text.replace("-", "m") if c.isalnum())
