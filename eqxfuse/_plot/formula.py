"""Species and equations for Matplotlib."""

import re


def plain(text: str) -> str:
    """Text that Matplotlib shows as it is, also beside formulas."""
    return text.replace("$", r"\$")


def formula(name: str) -> str:
    """A species name: the 3 of `H3+` below the line and its + above."""
    base = name.rstrip("+-")
    charge = name[len(base) :].replace("-", "\u2212")
    body = re.sub(r"(?<=[A-Za-z)])([0-9]+)", r"$_{\1}$", plain(base))
    return f"{body}$^{{{charge}}}$" if charge else body


def equation(text: str) -> str:
    """`Reaction.equation` with its species as `formula` writes them."""
    sides = [" + ".join(map(formula, side.split(" + "))) for side in text.split(" -> ")]
    return " \u2192 ".join(sides)
