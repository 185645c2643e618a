"""Network files of PRIZMO: rows `R + R -> P + P [Tmin, Tmax] rate`, with blocks between them.

Grassi et al. 2020, MNRAS 494, 4471. Rates are expressions. The limits of temperature are read, and kept, but PRIZMO
extrapolates every rate, and so it is here. `E` is the electron, and names that end in `_DUST` are ice. Numbers have
double precision.
"""

import re
from collections.abc import Iterator, Sequence

from eqxfuse._chemistry.expression import Definition
from eqxfuse._chemistry.reaction import Source
from eqxfuse._chemistry.species import Species
from eqxfuse._formats.draft import Draft
from eqxfuse._formats.expression_rows import ExpressionRow, add_rows
from eqxfuse._formats.fields import number, refuse, temperature_range
from eqxfuse._formats.format import Format
from eqxfuse._formats.krome_species import index_name

_ROW = re.compile(
    r"(?P<reactants>[^\[\]]+?)\s+->\s+(?P<products>[^\[\]]+?)\s*\[(?P<limits>[^\]]*)\]\s*(?P<rate>.*)", re.S
)
_BLOCK = re.compile(r"(VARIABLES|FUNCTION|PROTOTYPE|DUMMY)\s*(\[[^\]]*\])?\s*\{(.*)", re.S)
_VARIABLE = re.compile(r"([A-Za-z]\w*)\s*=(?!=)\s*(.+)", re.ASCII | re.S)
_FUNCTION = re.compile(r"function\s+([A-Za-z]\w*)", re.IGNORECASE)
_RECOGNISED = re.compile(r"#?\s*[^,:\[\]]+\s->\s[^,:\[\]]+\[[^\]]*\]\s*\S|\s*(VARIABLES|PROTOTYPE\s*\[.*\])\s*\{")

_ELECTRON = "E"
_ICE = "_DUST"


def _read(rows: Sequence[Source]) -> Draft:
    reader = _Reader()
    for row in _statements(rows):
        reader.take(row)
    if reader.block:
        raise refuse(rows[-1], f"the file ends inside of {reader.block}{{")
    add_rows(reader.draft, reader.rows, _species, index_name, reader.definitions, {}, tuple(reader.dummies))
    for name, row in reader.dummies.items():
        reader.draft.add_species(row, name)
    return reader.draft


def _statements(rows: Sequence[Source]) -> Iterator[Source]:
    """Lines without comments, those that `&` continues joined."""
    begun: Source | None = None
    for row in rows:
        text = row.text.partition("!")[0].strip()
        if not text or text.startswith("#"):
            continue
        if begun is not None:
            text = f"{begun.text} {text.removeprefix('&').strip()}"
        own = Source(row.path, (begun or row).line, text)
        if text.endswith("&"):
            begun = Source(own.path, own.line, text[:-1].rstrip())
        else:
            begun = None
            yield own
    if begun is not None:
        raise refuse(begun, "the file ends where & promises more")


class _Reader:
    """Takes the statements of a file one by one."""

    def __init__(self):
        self.draft = Draft(_species)
        self.rows: list[ExpressionRow] = []
        self.definitions: dict[str, Definition] = {}
        self.dummies: dict[str, Source] = {}
        self.block = ""

    def take(self, row: Source) -> None:
        """What stands in one line. Raises `NetworkFormatError`."""
        opening = _BLOCK.match(row.text)
        if opening and not self.block:
            self.block = opening[1]
            rest = opening[3]
        else:
            rest = row.text
        closes = rest.rstrip().endswith("}") and self.block != ""
        content = rest.rstrip().removesuffix("}").strip() if closes else rest.strip()
        if content:
            self._content(Source(row.path, row.line, content))
        if closes:
            self.block = ""

    def _content(self, row: Source) -> None:
        if self.block == "VARIABLES":
            match = _VARIABLE.fullmatch(row.text)
            if match is None:
                raise refuse(row, "a variable stands as name = expression")
            if match[1].lower() in self.definitions:
                raise refuse(row, f"the variable {match[1]} is defined twice")
            self.definitions[match[1].lower()] = Definition(match[1], match[2])
        elif self.block == "DUMMY":
            for name in filter(None, map(str.strip, row.text.split(","))):
                self.dummies.setdefault(_name(name), row)
        elif self.block == "FUNCTION":
            match = _FUNCTION.match(row.text)
            if match:
                self.draft.refuse(row, f"eqxfuse does not read the Fortran of the function {match[1]}")
        else:
            self._reaction(row)

    def _reaction(self, row: Source) -> None:
        match = _ROW.fullmatch(row.text)
        if match is None:
            raise refuse(row, "a reaction stands as R + R -> P + P [Tmin, Tmax] rate")
        sides = tuple(tuple(map(_name, re.split(r"\s+\+\s+", match[s].strip()))) for s in ("reactants", "products"))
        limits = _limits(row, match["limits"])
        rate = match["rate"].strip()
        why = _missing(rate, *sides)
        if why:
            self.draft.refuse(row, why)
            return
        self.rows.append(ExpressionRow(row, len(self.rows) + 1, *sides, rate=rate, limits=limits))


def _missing(rate: str, reactants: Sequence[str], products: Sequence[str]) -> str:
    """What a row needs and eqxfuse does not have; empty where the rate is an expression."""
    if rate.upper().startswith("PHOTO"):
        return "the rate is PHOTO, from a table of cross sections and a spectrum"
    if any(name.endswith(_ICE) for name in reactants):
        return "the row gives a binding energy, for evaporation"
    if any(name.endswith(_ICE) for name in products):
        return "the row stands for freeze-out"
    return "" if rate else "the row has no rate"


def _limits(row: Source, text: str) -> tuple[float, float]:
    if not text.strip():
        return 0.0, float("inf")
    parts = text.split(",")
    if len(parts) != 2:
        raise refuse(row, "limits of temperature stand as [Tmin, Tmax]; each may be empty")
    low, high = (re.sub("[dD]", "e", part.strip()) for part in parts)
    what = "a limit of temperature"
    return temperature_range(
        row, number(row, what, low) if low else 0.0, number(row, what, high) if high else float("inf")
    )


def _name(text: str) -> str:
    name = text.strip()
    return _ELECTRON if name in ("E", "e", "e-", "E-") else name


def _species(name: str) -> Species:
    base = Species.lenient(name.removesuffix(_ICE) or name)
    return Species(name, base.composition, base.charge)


PRIZMO = Format("prizmo", "PRIZMO, R + R -> P + P [Tmin, Tmax] rate", lambda text: bool(_RECOGNISED.match(text)), _read)
