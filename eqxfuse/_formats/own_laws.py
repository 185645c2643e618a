"""Rate laws as plain values, and back."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from eqxfuse._chemistry import rate_laws
from eqxfuse._chemistry.conditions import FIELDS
from eqxfuse._chemistry.expression.code import LEAVES, Code
from eqxfuse._chemistry.expression.evaluate import OPERATIONS
from eqxfuse._chemistry.rate_laws import Expression, RateLaw, Table, UserRate
from eqxfuse.errors import UnsupportedRateLaw

_LAWS = {
    name: kind
    for name, kind in vars(rate_laws).items()
    if isinstance(kind, type) and issubclass(kind, RateLaw) and kind not in (RateLaw, UserRate)
}
_TEXTS = ("parameter", "density", "total", "field")


def law_to_plain(law: RateLaw) -> dict[str, Any]:
    """The name of the law as `law`, and its fields by name. Raises `UnsupportedRateLaw` for one of the user's."""
    name = type(law).__name__
    if _LAWS.get(name) is not type(law):
        raise UnsupportedRateLaw(f"{law!r} is a Python function or class, which a file cannot hold")
    return {"law": name} | {f.name: _plain(getattr(law, f.name)) for f in dataclasses.fields(law)}  # pyright: ignore[reportArgumentType]


def law_from_plain(fields: Mapping[str, Any]) -> RateLaw:
    """Back from what `law_to_plain` made. Raises `ValueError`."""
    name, values = fields.get("law"), {key: value for key, value in fields.items() if key != "law"}
    kind = _LAWS.get(str(name))
    if kind is None:
        raise ValueError(f"unknown rate law {name!r}; known are {', '.join(sorted(_LAWS))}")
    known = {f.name: f for f in dataclasses.fields(kind)}  # pyright: ignore[reportArgumentType]
    missing = [key for key in known if key not in values]
    if missing or values.keys() - known.keys():
        raise ValueError(f"{name} has the fields {', '.join(known) or 'none'}, got {', '.join(values) or 'none'}")
    if kind is Expression:
        numbers = tuple(map(_number, values["numbers"]))
        return Expression.of(_code(values["code"], len(numbers)), numbers)
    if kind is Table:
        return _table(values)
    return kind(**{key: _value(known[key], own) for key, own in values.items()})


def _value(field: dataclasses.Field, plain: Any) -> Any:
    """What a field of a law holds; options may be texts, true or false, or without limit."""
    if isinstance(field.default, str):
        return str(plain)
    if isinstance(field.default, bool):
        if not isinstance(plain, bool):
            raise ValueError(f"{field.name} is true or false, got {plain!r:.50}")
        return plain
    return math.inf if plain is None and field.default == math.inf else _number(plain)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, int):
        return value
    return None if value == math.inf else float(value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"a parameter of a rate law must be a finite number, got {value!r:.50}")
    return float(value)


def _table(plain: Mapping[str, Any]) -> Table:
    """From its fields; what is no table is told by itself."""
    if len(plain["quantities"]) != len(plain["points"]):
        raise ValueError(
            f"a table of {plain['quantities']!r:.50} has as many lists of points, not {len(plain['points'])}"
        )
    fixed = bool(plain["constants"])
    numbers = [_number(value) for value in (plain["constants"] if fixed else plain["values"])]
    axes = {
        str(name): [_number(x) for x in own] for name, own in zip(plain["quantities"], plain["points"], strict=True)
    }
    shape = tuple(map(len, axes.values()))
    if len(numbers) != math.prod(shape):
        raise ValueError(f"a table of {shape} points has as many values, got {len(numbers)}")
    options = {key: plain[key] for key in ("method", "log_axes", "log_values")}
    return Table(axes, np.reshape(numbers, shape), fixed=fixed, **options)


def _code(plain: Any, numbers: int) -> Code:
    """Instructions whose arguments stand before them, with so many numbers."""
    instructions, coefficient, modifier = plain
    made = []
    for op, *arguments in instructions:
        if op not in LEAVES and op not in OPERATIONS and op != "integer_pow":
            raise ValueError(f"unknown operation {op!r}")
        before = () if op in LEAVES else arguments[:1] if op == "integer_pow" else arguments
        if not all(isinstance(i, int) and 0 <= i < len(made) for i in before):
            raise ValueError(f"the arguments of {op!r} do not stand before it")
        if op in LEAVES and isinstance(arguments[0], str) != (op in _TEXTS):
            raise ValueError(f"{op!r} stands for a {'name' if op in _TEXTS else 'number'}, got {arguments[0]!r:.50}")
        if op == "number" and not 0 <= arguments[0] < numbers:
            raise ValueError(f"the expression has {numbers} numbers, it asks for number {arguments[0]!r:.50}")
        if op == "field" and arguments[0] not in FIELDS:
            raise ValueError(f"conditions have no field {arguments[0]!r}")
        made.append((op, *arguments))
    if not (0 <= coefficient < len(made) and -1 <= modifier < len(made)):
        raise ValueError("the expression ends before its value")
    return Code(tuple(made), coefficient, modifier)
