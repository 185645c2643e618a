"""Expressions and their text."""

import math

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqxfuse._python.literal.graph import Graph
from eqxfuse._python.literal.lines import Printer
from eqxfuse._python.literal.trace import read, trace

SYMBOLS = {"x": 1.7, "y": 0.3}


def written(function, *names: str) -> list[str]:
    """The lines of `function` of symbols, the last of them its result."""
    graph = Graph()
    node = read(graph, trace(function, len(names)), [graph.symbol(n) for n in names])
    printer = Printer(graph, [node])
    result = printer.root(node, "k").text
    return [*(f"{line.name} = {line.text}" for line in printer.lines), result]


def evaluated(graph: Graph, node: int) -> float:
    """What the text of `node` evaluates to."""
    printer = Printer(graph, [node])
    result = printer.root(node, "k").text
    values = {"jnp": np, **SYMBOLS}
    for line in printer.lines:
        values[line.name] = eval(line.text, values)
    return eval(result, values)


@pytest.mark.parametrize(
    "function, expected",
    [
        (lambda x: 2.0 * x * (x + 1.0), ["2.0 * x * (x + 1.0)"]),
        (lambda x: x - (x - 3.0), ["x - (x - 3.0)"]),
        (lambda x: x / (x * 2.0), ["x / (2.0 * x)"]),
        (lambda x: -(x**2), ["-x ** 2"]),
        (lambda x: (-x) ** 2, ["(-x) ** 2"]),
        (lambda x: x + -3.0 * x, ["x - 3.0 * x"]),
        (lambda x: x - -3.0 / x, ["x + 3.0 / x"]),
        (lambda x: 0.0 * x + 1.0 * x - 0.0, ["x"]),
        (lambda x: x * jnp.exp(jnp.log(2.0)), ["2.0 * x"]),
        (lambda x: jnp.where((x < 1.0) | (x >= 2.0), 0.0, x), ["jnp.where((x < 1.0) | (x >= 2.0), 0.0, x)"]),
        (lambda x: jnp.clip(x, 1.0, 2.0), ["x_1_2 = jnp.clip(x, 1.0, 2.0)", "x_1_2"]),
        (lambda x: jnp.exp(-5.0 / x), ["jnp.exp(-5.0 / x)"]),
        (lambda x: jnp.exp(-5.0 / x) ** jnp.exp(-5.0 / x), ["x_exp_m5 = jnp.exp(-5.0 / x)", "x_exp_m5 ** x_exp_m5"]),
        (
            lambda x: 3.0 * jnp.exp(0.5 * jnp.log(x / 300.0) - 7.0 / x),
            ["x_pow_05 = jnp.exp(0.5 * jnp.log(x / 300.0))", "3.0 * x_pow_05 * jnp.exp(-7.0 / x)"],
        ),
        (lambda x: 3.0 * jnp.exp(jnp.log(x / 300.0) - 0.0 / x), ["3.0 * (x / 300.0)"]),
        (lambda x: jnp.exp(2.0 * jnp.log(x) - x), ["jnp.exp(2.0 * jnp.log(x) - x)"]),
        (lambda x: jnp.tanh(x) * jnp.tanh(x), ["u0 = jnp.tanh(x)", "u0 * u0"]),
    ],
)  # fmt: skip
def test_text(function, expected):
    assert written(function, "x") == expected


def test_sums_and_products_that_begin_with_a_number_are_not_shared():
    lines = written(lambda x, n: jnp.exp(2.0 * n) * jnp.sin(2.0 * n), "x", "n")
    assert lines == ["jnp.exp(2.0 * n) * jnp.sin(2.0 * n)"]
    lines = written(lambda x, n: jnp.exp(x * n) * jnp.sin(x * n), "x", "n")
    assert lines == ["u0 = x * n", "jnp.exp(u0) * jnp.sin(u0)"]


def test_a_name_that_is_taken_is_not_given_again():
    graph = Graph()
    node = graph.apply("**", graph.symbol("x"), graph.number(0.5))
    assert Printer(graph, [node]).root(node, "k").text == "x_pow_05"
    assert Printer(graph, [node], taken=["x_pow_05"]).root(node, "k").text == "x_pow_05_2"


def test_long_texts_are_broken():
    def long(x):
        for _ in range(40):
            x = jnp.sin(x + 0.25)
        return x

    lines = written(long, "x")
    assert max(map(len, lines)) < 100


def test_numbers_that_python_cannot_write():
    graph = Graph()
    texts = [graph.nodes[graph.number(v)].form for v in (math.inf, -math.inf, math.nan, -0.5, 1e-300)]
    assert texts == ["jnp.inf", "-jnp.inf", "jnp.nan", "-0.5", "1e-300"]


def test_what_cannot_be_evaluated_stays_an_expression():
    graph = Graph()
    zero, one = graph.number(0.0), graph.number(1.0)
    assert graph.nodes[graph.apply("/", one, zero)].form == "/"
    assert graph.nodes[graph.apply("jnp.log({})", zero)].form == "jnp.log({})"
    assert graph.nodes[graph.apply("jnp.exp({})", graph.number(1e4))].form == "jnp.exp({})"


def test_equal_expressions_are_one_node():
    graph = Graph()
    x = graph.symbol("x")
    assert graph.apply("jnp.sin({})", x) == graph.apply("jnp.sin({})", graph.symbol("x"))
    table = graph.table(np.arange(3.0))
    assert graph.table(np.arange(3.0)) == table
    assert graph.table(np.arange(4.0)) != table
    assert list(graph.tables) == ["TABLE_0", "TABLE_1"]


OPERATIONS = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "-{}": np.negative, "jnp.exp({})": np.exp,
    "jnp.minimum({}, {})": np.minimum, "jnp.maximum({}, {})": np.maximum, "jnp.arctan({})": np.arctan,
}  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_expression_keeps_its_value(data):
    graph = Graph()
    values = {graph.symbol(name): np.float64(v) for name, v in SYMBOLS.items()}
    for v in (0.0, 1.0, -2.5, 0.5):
        values[graph.number(v)] = np.float64(v)
    node = graph.symbol("x")
    for _ in range(data.draw(st.integers(1, 25))):
        form = data.draw(st.sampled_from(sorted(OPERATIONS)))
        operands = [data.draw(st.sampled_from(sorted(values))) for _ in range(form.count("{}") or 2)]
        with np.errstate(all="ignore"):
            value = OPERATIONS[form](*(values[x] for x in operands))
        if np.isfinite(value) and abs(value) < 1e6:
            node = graph.apply(form, *operands)
            values[node] = value
    assert evaluated(graph, node) == pytest.approx(float(values[node]), rel=1e-9, abs=1e-9)
