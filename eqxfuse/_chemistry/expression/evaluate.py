"""The value of a formula, with `jax.numpy`."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from eqxfuse._chemistry.expression.code import LEAVES, Code

SMALLEST_DENSITY = 1e-30
"""[cm^-3] Densities below it count as that: formulas may divide by them."""


def evaluate(code: Code, root: int, load: Callable[[str, Any], Any]) -> Any:
    """Instruction `root` of a formula, whose leaves `load` gives by their kind and what they name.

    Slopes are finite wherever the value is: where functions are infinite, and where exponentials would be too large.
    """
    values: list = []
    for op, *args in code.instructions[: root + 1]:
        if op in LEAVES:
            values.append(args[0] if op == "constant" else load(op, args[0]))
        elif op == "integer_pow":
            values.append(jax.lax.integer_pow(jnp.asarray(values[args[0]]), args[1]))
        else:
            values.append(OPERATIONS[op](*(values[i] for i in args)))
    return values[root]


def _exp(x):
    """No more than the largest number there is, nearly."""
    limit = 0.99 * jnp.log(jnp.finfo(jnp.result_type(x, float)).max)
    return jnp.exp(jnp.minimum(x, limit.astype(jnp.result_type(x, float))))


def _where_positive(x, function, at_zero):
    """A function of positive numbers; no number for negative ones."""
    safe = jnp.where(x > 0.0, x, 1.0)
    return jnp.where(x > 0.0, function(safe), jnp.where(x < 0.0, jnp.nan, at_zero))


def _power(x, y):
    at_zero = jnp.where(y > 0.0, 0.0, jnp.where(y < 0.0, jnp.inf, 1.0))
    return _where_positive(x, lambda base: _exp(y * jnp.log(base)), at_zero)


OPERATIONS = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": lambda a, b: _exp(b * jnp.log(a)),
    "any_pow": _power,
    "exp": jnp.exp,
    "any_exp": _exp,
    "sqrt": jnp.sqrt,
    "log": jnp.log,
    "log10": jnp.log10,
    "any_sqrt": lambda x: _where_positive(x, jnp.sqrt, 0.0),
    "any_log": lambda x: _where_positive(x, jnp.log, -jnp.inf),
    "any_log10": lambda x: _where_positive(x, jnp.log10, -jnp.inf),
    "abs": jnp.abs,
    "tanh": jnp.tanh,
    "max": jnp.maximum,
    "min": jnp.minimum,
    "lt": lambda a, b: jnp.less(a, b),
    "le": lambda a, b: jnp.less_equal(a, b),
    "gt": lambda a, b: jnp.greater(a, b),
    "ge": lambda a, b: jnp.greater_equal(a, b),
    "eq": lambda a, b: jnp.equal(a, b),
    "ne": lambda a, b: jnp.not_equal(a, b),
    "and": jnp.logical_and,
    "or": jnp.logical_or,
    "not": jnp.logical_not,
    "select": jnp.where,
}
