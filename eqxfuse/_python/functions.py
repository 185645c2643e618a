"""The functions of the language as Python text."""

import math
from collections.abc import Iterable, Sequence

CALL = 9
"""Level of names, calls and numbers without a sign: they never need parentheses."""
SIGN = 6
LEVEL = {"<": 1, "<=": 1, ">": 1, ">=": 1, "==": 1, "!=": 1, "|": 2, "&": 3, "+": 4, "-": 4, "*": 5, "/": 5, "**": 7}
"""How tightly Python's operators bind."""

OPERATORS = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "integer_pow": "**",
    "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=", "and": "&", "or": "|",
}  # fmt: skip

_NAMES = {
    "exp": "jnp.exp", "exp2": "jnp.exp2", "expm1": "jnp.expm1", "log": "jnp.log", "log1p": "jnp.log1p",
    "sqrt": "jnp.sqrt", "cbrt": "jnp.cbrt", "abs": "jnp.abs", "sign": "jnp.sign", "floor": "jnp.floor",
    "ceil": "jnp.ceil", "max": "jnp.maximum", "min": "jnp.minimum", "sin": "jnp.sin", "cos": "jnp.cos",
    "tan": "jnp.tan", "atan2": "jnp.arctan2", "sinh": "jnp.sinh", "cosh": "jnp.cosh", "tanh": "jnp.tanh",
    "erf": "lax.erf", "logistic": "lax.logistic", "not": "jnp.logical_not", "is_finite": "jnp.isfinite",
    "clip": "jnp.clip", "select": "jnp.where", "within": "within",
}  # fmt: skip

HELPERS = {
    "within(": '''

def within(x, low, high):
    """1 for low <= x <= high, else 0."""
    return jnp.where((low <= x) & (x <= high), 1.0, 0.0)
''',
    "nearest(": '''

def nearest(x, *pieces):
    """The value of the (low, high, value) that holds x, else of the nearest one; the first of equals."""
    least, chosen = jnp.inf, pieces[0][2]
    for low, high, value in pieces:
        distance = jnp.maximum(jnp.maximum(low - x, x - high), 0.0)
        chosen = jnp.where(distance < least, value, chosen)
        least = jnp.minimum(distance, least)
    return chosen
''',
    "take(": '''

def take(table, x):
    """The element of a table whose number is x; the first or the last for what lies outside."""
    return jnp.asarray(table, x.dtype)[jnp.clip(x, 0, len(table) - 1).astype(int)]
''',
    "locate(": '''

def locate(table, x):
    """How many elements of an ascending table are not above x."""
    return jnp.searchsorted(jnp.asarray(table, x.dtype), x, side="right").astype(x.dtype)
''',
}
"""Functions that the text may call, by how a call begins."""


class Tables:
    """Names of the tables that a text looks up."""

    def __init__(self):
        self.names: dict[tuple[float, ...], str] = {}

    def name(self, table: tuple[float, ...]) -> str:
        return self.names.setdefault(table, f"TABLE_{len(self.names)}")

    def definitions(self) -> str:
        return "".join(tuple_text(name, map(number_text, table)) for table, name in self.names.items())


def tuple_text(name: str, items: Iterable[str]) -> str:
    """One item a line: they may hold spaces, so no line is broken."""
    return f"{name} = (\n" + "".join(f"    {item},\n" for item in items) + ")\n"


def number_text(value: float) -> str:
    return repr(value) if math.isfinite(value) else f"jnp.{value}".replace("jnp.-", "-jnp.")


def call_text(function: str, operands: Sequence[str], table: tuple[float, ...], tables: Tables) -> str:
    """A call of what is no operator."""
    if table:
        return f"{function}({tables.name(table)}, {operands[0]})"
    if function == "nearest":
        pieces = zip(operands[1::3], operands[2::3], operands[3::3], strict=True)
        return f"nearest(\n        {operands[0]},\n" + "".join(f"        ({', '.join(p)}),\n" for p in pieces) + "    )"
    return f"{_NAMES[function]}({', '.join(operands)})"


def helpers(text: str) -> str:
    """The definitions of those that `text` calls."""
    return "".join(definition for call, definition in HELPERS.items() if call in text)
