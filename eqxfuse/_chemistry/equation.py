"""Equations as people write them: `H2+ + H2 -> H3+ + H`, `2 H + M -> H2 + M`."""

import re

_TERM = re.compile(r"(?:([1-9][0-9]?)\s+)?(\S*[A-Za-z]\S*)")
_GLUED = re.compile(r"[0-9.]+[A-Za-z]")


def parse_equation(text: str) -> tuple[list[str], list[str]]:
    """Names of reactants and products, each as often as it counts.

    Terms are separated by ` + ` (with spaces: `H2+` is an ion); a whole number from 1 to 99 before a name, with
    a space, multiplies it; one side may be empty. Raises `ValueError`.
    """
    sides = re.split(r"\s*->\s*", text.strip())
    if len(sides) != 2:
        raise ValueError(f"equation {text!r}: expected one '->'")
    if sides == ["", ""]:
        raise ValueError(f"equation {text!r}: no species on either side")
    return _side(sides[0], text), _side(sides[1], text)


def _side(side: str, text: str) -> list[str]:
    names: list[str] = []
    for term in re.split(r"\s+\+\s+", side) if side else []:
        match = _TERM.fullmatch(term.strip())
        if not match:
            raise ValueError(f"equation {text!r}: cannot read the term {term!r}")
        if _GLUED.match(match[2]):
            raise ValueError(f"equation {text!r}: write a space between the number and the name in {term!r}")
        names += [match[2]] * int(match[1] or 1)
    return names
