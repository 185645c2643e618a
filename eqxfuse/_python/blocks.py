"""Straight-line Python code cut into functions of bounded length."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

BLOCK = 256
"""Lines that a function holds at most, without those that load elements of arrays."""

_WIDTH = 110


@dataclass(frozen=True, slots=True)
class Line:
    """`name = text  # comment`. `uses` are the names in `text` that earlier lines assign or `loads` explain."""

    name: str
    text: str
    uses: tuple[str, ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class _Block:
    """A run of lines: the names it takes from earlier ones and gives to later ones."""

    lines: tuple[Line, ...]
    takes: tuple[str, ...]
    gives: tuple[str, ...]


def functions(
    prefix: str, arrays: Sequence[str], lines: Sequence[Line], loads: Mapping[str, str], results: Iterable[str]
) -> tuple[str, list[str]]:
    """Functions `{prefix}_0`, `{prefix}_1`, ... and the lines of the caller that make `results` with them.

    Every function takes `arrays` first and what it needs from earlier ones next. `loads[name]` is the text that an
    element of `arrays` is loaded with, at its first use in a function.
    """
    blocks = _blocks(lines, loads, results)
    text, calls = "", []
    for number, block in enumerate(blocks):
        text += _definition(f"{prefix}_{number}", arrays, block, loads)
        if block.gives:
            calls += wrapped("    (", block.gives, ",) = \\", "    ")
            calls += wrapped(f"        {prefix}_{number}(", [*arrays, *block.takes], ")", "        ")
    return text, calls


def wrapped(head: str, items: Sequence[str], tail: str, indent: str) -> list[str]:
    """`items` between `head` and `tail`, with commas, on as many lines as it takes."""
    text = ", ".join(items)
    if len(head) + len(text) + len(tail) <= _WIDTH:
        return [head + text + tail]
    return [head, *(f"{indent}    {line}" for line in wrap(text, 105, break_long_words=False)), indent + tail]


def _blocks(lines: Sequence[Line], loads: Mapping[str, str], results: Iterable[str]) -> list[_Block]:
    cuts = [tuple(lines[i : i + BLOCK]) for i in range(0, len(lines), BLOCK)]
    last_use = dict.fromkeys(results, len(cuts))
    for number, cut in reversed(list(enumerate(cuts))):
        for line in cut:
            for name in line.uses:
                last_use.setdefault(name, number)
    blocks = []
    for number, cut in enumerate(cuts):
        known = {line.name for line in cut}.union(loads)
        takes = dict.fromkeys(name for line in cut for name in line.uses if name not in known)
        gives = tuple(line.name for line in cut if last_use.get(line.name, -1) > number)
        blocks.append(_Block(cut, tuple(takes), gives))
    return blocks


def _definition(name: str, arrays: Sequence[str], block: _Block, loads: Mapping[str, str]) -> str:
    text = wrapped(f"def {name}(", [*arrays, *block.takes], "):", "")
    loaded: set[str] = set()
    for line in block.lines:
        for used in line.uses:
            if used in loads and used not in loaded:
                loaded.add(used)
                text.append(f"    {used} = {loads[used]}")
        note = f"  # {line.comment}" if line.comment else ""
        text.append(f"    {line.name} = {line.text}{note}")
    text += wrapped("    return (", block.gives, ",)" if block.gives else ")", "    ")
    return "\n\n" + "\n".join(text) + "\n"
