"""Names of species as KROME has them: in capitals, with suffixes that say where a species is or which form it has."""

import re

from eqxfuse._chemistry.species import Species

ELECTRON = "E"
NO_SPECIES = ("", "G", "CR")
"""Photons and cosmic rays."""

_ELEMENTS = {
    name.upper(): name
    for name in (
        "H", "D", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na", "Mg", "Al", "Si", "P", "S", "Cl", "Ar", "K",
        "Ca", "Ti", "Cr", "Mn", "Fe", "Ni",
    )
}  # fmt: skip
_TOKEN = re.compile(rf"({'|'.join(sorted(_ELEMENTS, key=len, reverse=True))})([1-9][0-9]{{0,2}})?")
_SUFFIX = re.compile(r"(_(ORTHO|PARA|META|DUST|ICE|TOTAL|[0-9]+)|\([0-9][SPDF]\))$")
_DUMMY = re.compile(r"FK[0-9]+")
_BRACES = re.compile(r"[{}]")


def krome_name(text: str) -> str:
    """A name as it stands in a row, in capitals."""
    name = _BRACES.sub("", text.strip()).upper()
    return ELECTRON if name == "E-" else name


def krome_species(name: str) -> Species:
    """Composition and charge of a name in capitals; signs are charge at its end alone, and join parts elsewhere."""
    if name == ELECTRON:
        return Species(name, (), -1)
    base = name.rstrip("+-")
    charge = name.count("+", len(base)) - name.count("-", len(base))
    if base in ("GRAIN", "GRAIN0"):
        return Species(name, (("GRAIN", 1),), charge)
    return Species(
        name, None if _DUMMY.fullmatch(base) else _composition(_SUFFIX.sub("", base).replace("+", "")), charge
    )


def index_name(name: str) -> str:
    """What `idx_` stands before, in small letters: `hj` for H+."""
    name = name.lower()
    for sign, letters in zip("+-()[]", ("j", "k", "_", "", "", "_"), strict=True):
        name = name.replace(sign, letters)
    return name.removesuffix("_")


def _composition(formula: str) -> tuple[tuple[str, int], ...] | None:
    counts: dict[str, int] = {}
    position = 0
    while position < len(formula):
        match = _TOKEN.match(formula, position)
        if match is None:
            return None
        element = _ELEMENTS[match[1]]
        counts[element] = counts.get(element, 0) + int(match[2] or 1)
        position = match.end()
    return tuple(counts.items())
