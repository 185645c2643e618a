"""Expressions and their text."""

import math

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqxfuse._program.expressions import Expressions
from eqxfuse._program.functions import FUNCTIONS
from eqxfuse._program.ir import Load
from eqxfuse._program.trace import read, traced
from eqxfuse._python.functions import number_text
from eqxfuse._python.literal.lines import Printer

SYMBOLS = {"x": 1.7, "y": 0.3}


NAMES = {Load("x", 0): "x", Load("y", 0): "y"}


def start() -> tuple[Expressions, int, int]:
    """An empty store, and x and y in it."""
    made = Expressions(readable=True)
    return made, made.load("x", 0), made.load("y", 0)


def written(function, *names: str) -> list[str]:
    """The lines of `function` of x and y, the last of them its result."""
    made, *symbols = start()
    (result,) = read(made, traced(function, *[()] * len(names)), symbols[: len(names)])
    printer = Printer(made, [int(result)], dict(zip(NAMES, names, strict=False)))
    text = printer.root(int(result), "k").text
    return [*(f"{line.name} = {line.text}" for line in printer.lines), text]


def evaluated(made: Expressions, position: int) -> float:
    """What the text of an expression evaluates to."""
    printer = Printer(made, [position], NAMES)
    result = printer.root(position, "k").text
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
    made, x, _ = start()
    power = made.apply("pow", x, made.number(0.5))
    assert Printer(made, [power], NAMES).root(power, "k").text == "x_pow_05"
    assert Printer(made, [power], NAMES, taken=["x_pow_05"]).root(power, "k").text == "x_pow_05_2"


def test_long_texts_are_broken():
    def long(x):
        for _ in range(40):
            x = jnp.sin(x + 0.25)
        return x

    lines = written(long, "x")
    assert max(map(len, lines)) < 100


def test_numbers_that_python_cannot_write():
    texts = [number_text(v) for v in (math.inf, -math.inf, math.nan, -0.5, 1e-300)]
    assert texts == ["jnp.inf", "-jnp.inf", "jnp.nan", "-0.5", "1e-300"]


def test_equal_expressions_are_stored_once():
    made, x, _ = start()
    assert made.apply("sin", x) == made.apply("sin", made.load("x", 0))
    assert made.apply("take", x, table=(0.0, 1.0)) != made.apply("take", x, table=(0.0, 2.0))


def test_tables_have_names():
    table, other = jnp.array([0.5, 1.5, 4.0]), jnp.array([1.0, 2.0, 3.0])
    lines = written(lambda x: table[x.astype(int)] + other[x.astype(int)] * table[(2.0 * x).astype(int)], "x")
    text = "\n".join(lines)
    assert text.count("take(TABLE_0, ") == 2 and text.count("take(TABLE_1, ") == 1


OPERATIONS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "neg": np.negative,
    **{name: FUNCTIONS[name].evaluate for name in ("div", "exp", "min", "max", "sin")},
}  # fmt: skip
ARGUMENTS = {"neg": 1, "exp": 1, "sin": 1}


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_expression_keeps_its_value(data):
    made, x, y = start()
    values = {x: np.float64(SYMBOLS["x"]), y: np.float64(SYMBOLS["y"])}
    for v in (0.0, 1.0, -2.5, 0.5):
        values[made.number(v)] = np.float64(v)
    last = x
    for _ in range(data.draw(st.integers(1, 25))):
        name = data.draw(st.sampled_from(sorted(OPERATIONS)))
        operands = [data.draw(st.sampled_from(sorted(values))) for _ in range(ARGUMENTS.get(name, 2))]
        with np.errstate(all="ignore"):
            value = OPERATIONS[name](*(values[i] for i in operands))
        if np.isfinite(value) and abs(value) < 1e6:
            last = made.apply(name, *operands)
            values[last] = value
    assert evaluated(made, last) == pytest.approx(float(values[last]), rel=1e-9, abs=1e-9)
