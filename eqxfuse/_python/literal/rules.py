"""Algebra on the nodes of a graph: what adds nothing is left out, and powers and exponentials can be shared."""

import math
from collections.abc import Callable

CLIP, MINIMUM, MAXIMUM = "jnp.clip({}, {}, {})", "jnp.minimum({}, {})", "jnp.maximum({}, {})"

FOLDED: dict[str, Callable] = {
    "+": float.__add__,
    "-": float.__sub__,
    "/": float.__truediv__,
    "**": math.pow,
    "-{}": float.__neg__,
    "jnp.exp({})": math.exp,
    "jnp.log({})": math.log,
    "jnp.sqrt({})": math.sqrt,
}
"""What is evaluated while the text is made. Products of numbers are not: they stay readable, and Python folds them."""


def _sum(graph, operands, values) -> int | None:
    """a + (-2) * x becomes a - 2 * x."""
    if 0.0 in values:
        return operands[1 - values.index(0.0)]
    opposite = _opposite(graph, operands[1])
    return None if opposite is None else graph.apply("-", operands[0], opposite)


def _difference(graph, operands, values) -> int | None:
    """a - (-2) * x becomes a + 2 * x."""
    if values[1] == 0.0:
        return operands[0]
    if values[0] == 0.0:
        return graph.apply("-{}", operands[1])
    opposite = _opposite(graph, operands[1])
    return None if opposite is None else graph.apply("+", operands[0], opposite)


def _opposite(graph, x: int) -> int | None:
    """-x without the sign, where x is c * z, c / z or c with a negative number c."""
    node = graph.nodes[x]
    first = node.operands[0] if node.form in ("*", "/") else x
    return graph.apply("-{}", x) if graph.numbers.get(first, 0.0) < 0.0 else None


def _product(graph, operands, values) -> int | None:
    """Numbers stand first; a * (power * b) becomes a * power * b."""
    if 0.0 in values:
        return graph.number(0.0)
    if 1.0 in values:
        return operands[1 - values.index(1.0)]
    if values[1] is not None and values[0] is None:
        return graph.apply("*", operands[1], operands[0])
    inner = graph.nodes[operands[1]]
    if inner.form == "*" and _is_power(graph, inner.operands[0]):
        return graph.apply("*", graph.apply("*", operands[0], inner.operands[0]), inner.operands[1])
    return None


def _quotient(graph, operands, values) -> int | None:
    if values[0] == 0.0:
        return graph.number(0.0)
    return operands[0] if values[1] == 1.0 else None


def _negation(graph, operands, values) -> int | None:
    """The sign of c * x and c / x goes into the number c."""
    del values
    node = graph.nodes[operands[0]]
    if node.form in ("*", "/") and node.operands[0] in graph.numbers:
        return graph.apply(node.form, graph.number(-graph.numbers[node.operands[0]]), node.operands[1])
    return None


def _exponential(graph, operands, values) -> int | None:
    """exp(b log(u) - c/v), the modified Arrhenius law, is a power times an exponential: both can be shared."""
    del values
    node = graph.nodes[operands[0]]
    if node.form == "jnp.log({})":
        return node.operands[0]
    if node.form not in ("+", "-") or not _is_logarithm(graph, node.operands[0]):
        return None
    power, rest = node.operands
    quotient = graph.nodes[rest]
    if quotient.form != "/" or quotient.operands[0] not in graph.numbers:
        return None
    rest = graph.apply("-{}", rest) if node.form == "-" else rest
    return graph.apply("*", graph.apply("jnp.exp({})", power), graph.apply("jnp.exp({})", rest))


def _minimum(graph, operands, values) -> int | None:
    """min(high, max(low, x)) with numbers is how JAX writes `jnp.clip`."""
    inner = graph.nodes[operands[1]]
    if values[0] is None or inner.form != MAXIMUM or inner.operands[0] not in graph.numbers:
        return None
    return graph.apply(CLIP, inner.operands[1], inner.operands[0], operands[0])


def _is_power(graph, x: int) -> bool:
    """Whether `x` is exp(b log(u)) with a number b."""
    node = graph.nodes[x]
    return node.form == "jnp.exp({})" and _is_logarithm(graph, node.operands[0])


def _is_logarithm(graph, x: int) -> bool:
    """Whether `x` is log(u) or b log(u) with a number b."""
    node = graph.nodes[x]
    if node.form == "*" and node.operands[0] in graph.numbers:
        node = graph.nodes[node.operands[1]]
    return node.form == "jnp.log({})"


RULES: dict[str, Callable] = {
    "+": _sum,
    "-": _difference,
    "*": _product,
    "/": _quotient,
    "-{}": _negation,
    "jnp.exp({})": _exponential,
    MINIMUM: _minimum,
}
"""Each takes the graph, the operands and their values (None where not a number), and gives a node or None."""
