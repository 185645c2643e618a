"""Formulas as text."""

from collections.abc import Sequence

from eqxfuse._chemistry.expression.code import Code
from eqxfuse._chemistry.expression.names import FIELDS

_SIGNS = {
    "or": (" .or. ", 1), "and": (" .and. ", 2), "lt": (" < ", 4), "le": (" <= ", 4), "gt": (" > ", 4),
    "ge": (" >= ", 4), "eq": (" == ", 4), "ne": (" /= ", 4), "add": (" + ", 5), "sub": (" - ", 5), "mul": ("*", 6),
    "div": ("/", 6), "pow": ("**", 8), "any_pow": ("**", 8),
}  # fmt: skip
_LONGEST = 120
_NAMES: dict[str, str] = {own: name for name, own in reversed(FIELDS.items())}
_NAMES |= {"temperature": "Tgas", "density": "n_H"}


def spelled(code: Code, root: int, numbers: Sequence) -> str:
    """Instruction `root` as text, cut where it is long."""
    texts: list[tuple[str, int]] = []
    for op, *args in code.instructions[: root + 1]:
        text, level = _spelled(op, args, texts, numbers)
        texts.append((text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}...", level))
    return texts[root][0]


def _spelled(op: str, args: list, texts: list[tuple[str, int]], numbers: Sequence) -> tuple[str, int]:
    """With how tightly it binds."""
    if op in ("number", "constant"):
        value = numbers[args[0]] if op == "number" else args[0]
        return (f"{value!r}" if isinstance(value, float) else "[...]"), 9
    if op == "density":
        return f"n({args[0]})", 9
    if op in ("field", "parameter", "total"):
        return _NAMES.get(str(args[0]), str(args[0])), 9
    if op == "integer_pow":
        return f"{_bracketed(texts[args[0]], 9)}**{args[1]}", 8
    if op in ("neg", "not"):
        return f"{'-' if op == 'neg' else '.not. '}{_bracketed(texts[args[0]], 7)}", 5 if op == "neg" else 3
    if op in _SIGNS:
        sign, level = _SIGNS[op]
        left = level + (level == 8)
        return f"{_bracketed(texts[args[0]], left)}{sign}{_bracketed(texts[args[1]], level + 1)}", level
    if op == "select":
        mask, yes, no = (texts[i][0] for i in args)
        return f"merge({yes}, {no}, {mask})", 9
    return f"{op.removeprefix('any_')}({', '.join(texts[i][0] for i in args)})", 9


def _bracketed(text: tuple[str, int], level: int) -> str:
    return text[0] if text[1] >= level else f"({text[0]})"
