"""Network files of KROME (`react_...`): directives that begin with `@`, and rows as `@format:` names their columns.

Grassi et al. 2014, MNRAS 439, 2386. A rate is an expression, and 0 outside of its limits: Tmin is the first temperature
of a row and Tmax the first beyond it, unless an operator stands before (`.LE.5.5e3`, `>1e4`). KROME itself holds the
temperature within [2.73, 1e9] K and adds a tiny number to each coefficient; neither is done here. All numbers are read
in double precision.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from eqxfuse._chemistry.expression import Definition
from eqxfuse._chemistry.reaction import Source
from eqxfuse._formats.draft import Draft
from eqxfuse._formats.expression_rows import ExpressionRow, add_processes, add_rows
from eqxfuse._formats.fields import number, refuse, whole_number
from eqxfuse._formats.format import Format
from eqxfuse._formats.krome_species import NO_SPECIES, index_name, krome_name, krome_species

_COLUMNS = ("idx", "R", "R", "R", "P", "P", "P", "P", "Tmin", "Tmax", "rate")
"""Before the first `@format:`."""
_KNOWN_COLUMNS = ("idx", "r", "p", "tmin", "tmax", "rate", "k", "qeff", "qpp")

_DIRECTIVE = re.compile(r"@\s*(\w+)\s*:?\s*(.*)", re.DOTALL)
_VARIABLE = re.compile(r"([A-Za-z]\w*)\s*=(?!=)\s*(.+)", re.ASCII | re.DOTALL)
_LIMIT = re.compile(r"(\.(?:le|lt|ge|gt)\.|[<>]=?)?\s*(.+)", re.IGNORECASE)
_SIGNS = {".le.": "<=", ".lt.": "<", ".ge.": ">=", ".gt.": ">"}
_NO_LIMIT = ("", "NONE", "N", "NO", "N/A")
_CONDITIONAL = re.compile(r"if\s*\(", re.IGNORECASE)

_TRANSPARENT = ("cr", "notab", "tab", "storeonce")
"""Blocks whose rows are like others: CR counts in heating, the others are about tables and speed."""
_FOREIGN = {
    "photo": "photons in bins of energy, with cross sections",
    "xray": "tables of X-rays",
    "surface": "grain surfaces",
    "catalysis": "catalysis on surfaces",
}
_RAW = {
    "reactionmodifier": "statements in Fortran that change coefficients (@reactionModifier)",
    "odemodifier": "statements in Fortran that change the equations (@ODEmodifier)",
}
_THERMAL = ("cooling", "heating")
_NOT_HERE = {
    "ice": "freeze-out and evaporation (@ice)",
    "surface": "grain surfaces (@surface)",
    "tabvar": "a table in a file of its own (@tabvar)",
    "xsecfile": "cross sections in a file of its own (@xsecFile)",
    "next_solomon": "the tables of Solomon photodissociation (@next_solomon)",
    "commons": "@commons, which KROME does not read: write @common",
}

_START = re.compile(
    r"\s*@\s*(format|var|common|notab\w*|storeonce\w*|cr_\w*|odemodifier\w*|reactionmodifier\w*)\b", re.I
)
_ROW = re.compile(r"\s*\d+\s*,(?:[^,:]*,){7}\s*(?:none|no?|n/a|(?:[<>]|\.[lg][et]\.)?[\d.][^,]*)?,[^,]*,\s*\S", re.I)


def _read(rows: Sequence[Source]) -> Draft:
    reader = _Reader()
    for row in _statements(rows):
        reader.take(row)
    reader.end(rows[-1])
    draft = reader.draft
    names = reader.definitions, reader.parameters
    known = add_rows(draft, reader.rows, krome_species, index_name, *names, tuple(reader.ghosts))
    add_processes(draft, reader.terms, known)
    for name, row in reader.ghosts.items():
        draft.add_species(row, name)
    for reaction in draft.reactions:
        if reaction.source in reader.frozen and reaction.fits[0].law.is_modified:
            draft.doubt(f"line {reaction.source.line}: a rate in @storeOnce depends on abundances; it follows them")
    return draft


def _statements(rows: Sequence[Source]) -> Iterator[Source]:
    """Lines that are no comments."""
    comment = False
    for row in rows:
        text = row.text.strip()
        if comment or text.startswith("/*"):
            comment = "*/" not in text
        elif not text.startswith(("#", "//")):
            yield row


class _Reader:
    """Takes the statements of a file one by one."""

    def __init__(self):
        self.draft = Draft(krome_species)
        self.rows: list[ExpressionRow] = []
        self.definitions: dict[str, Definition] = {}
        self.parameters: dict[str, str] = {}
        self.ghosts: dict[str, Source] = {}
        self.frozen: set[Source] = set()
        self.terms: list[tuple[Source, str, str]] = []
        self._columns: tuple[str, ...] = tuple(c.lower() for c in _COLUMNS)
        self._blocks: list[str] = []

    def take(self, row: Source) -> None:
        """A directive or a reaction. Raises `NetworkFormatError`."""
        directive = _DIRECTIVE.match(row.text.strip())
        name, rest = (directive[1].lower(), directive[2]) if directive else ("", "")
        block, _, edge = name.rpartition("_")
        if edge in ("start", "begin", "stop", "end") and block:
            self._edge(row, block, edge in ("start", "begin"))
        elif self._blocks and self._blocks[-1] in _RAW:
            return
        elif not directive:
            self._reaction(row)
        elif name in _NOT_HERE:
            self.draft.refuse(row, f"eqxfuse has no {_NOT_HERE[name]}" if name != "commons" else _NOT_HERE[name])
        elif name in _DIRECTIVES:
            _DIRECTIVES[name](self, row, _uncommented(rest))
        elif name.removesuffix("next") not in _TRANSPARENT:
            self.draft.refuse(row, f"unknown directive @{directive[1]}")

    def end(self, row: Source) -> None:
        """Raises `NetworkFormatError` for a block that is open."""
        if self._blocks:
            raise refuse(row, f"the file ends before @{self._blocks[-1]}_stop")

    def _edge(self, row: Source, block: str, begins: bool) -> None:
        if block not in (*_TRANSPARENT, *_FOREIGN, *_RAW, *_THERMAL):
            self.draft.refuse(row, f"unknown directive @{block}_start")
        elif begins:
            self._blocks.append(block)
            if block in _RAW:
                self.draft.refuse(row, f"eqxfuse has no {_RAW[block]}")
        elif block not in self._blocks:
            raise refuse(row, f"@{block}_stop without @{block}_start")
        else:
            self._blocks.remove(block)

    def _format(self, row: Source, text: str) -> None:
        columns = tuple(part.strip().lower() for part in text.split(","))
        unknown = [c for c in columns if c not in _KNOWN_COLUMNS]
        if unknown:
            raise refuse(row, f"unknown column {unknown[0]!r}; known are {', '.join(_KNOWN_COLUMNS)}")
        twice = [c for c in columns if c not in ("r", "p") and columns.count(c) > 1]
        rates = [c for c in columns if c in ("rate", "k")]
        if twice or len(rates) != 1 or not {"r", "p"} <= {*columns}:
            raise refuse(row, "@format needs R, P and one rate, and no other column twice")
        self._columns = columns

    def _variable(self, row: Source, text: str) -> None:
        match = _VARIABLE.fullmatch(text)
        if match is None:
            array = re.match(r"[A-Za-z]\w*\s*\(", text)
            if not array:
                raise refuse(row, "a variable stands as @var:name=expression")
            self.draft.refuse(row, "eqxfuse has no variables that are arrays")
            return
        name = match[1].lower()
        if name in self.definitions:
            raise refuse(row, f"the variable {match[1]} is defined twice")
        self.definitions[name] = Definition(match[1], match[2])

    def _common(self, row: Source, text: str) -> None:
        for name in filter(None, map(str.strip, text.split(","))):
            if not re.fullmatch(r"user_\w+", name, re.IGNORECASE | re.ASCII):
                raise refuse(row, f"a quantity that the user sets has a name such as user_J21, got {name!r}")
            self.parameters.setdefault(name.lower(), name)

    def _ghost(self, row: Source, text: str) -> None:
        self.ghosts.setdefault(krome_name(text), row)

    def _cooling(self, row: Source, text: str) -> None:
        self.terms.append((row, f"cooling in line {row.line}", f"-({text})"))

    def _heating(self, row: Source, text: str) -> None:
        self.terms.append((row, f"heating in line {row.line}", text))

    def _reaction(self, row: Source) -> None:
        foreign = next((block for block in self._blocks if block in _FOREIGN), None)
        if foreign:
            self.draft.refuse(row, f"eqxfuse has no {_FOREIGN[foreign]} (@{foreign})")
            return
        if any(block in _THERMAL for block in self._blocks):
            raise refuse(row, f"a reaction cannot stand in @{self._blocks[-1]}")
        parts = row.text.strip().split(",", len(self._columns) - 1)
        if len(parts) < len(self._columns):
            self.draft.refuse(row, f"the row has {len(parts)} fields, @format names {len(self._columns)}")
            return
        fields = [(c, part.strip()) for c, part in zip(self._columns, parts, strict=True)]
        own = {c: text for c, text in fields if c not in ("r", "p")}
        if "qeff" in own or "qpp" in own:
            self.draft.refuse(row, "eqxfuse has no heat of nuclear reactions (qeff, qpp)")
            return
        rate = _uncommented(own.get("rate", own.get("k", "")))
        if rate.lower() == "auto":
            self.draft.refuse(row, "the rate is auto, which KROME looks up in its own tables")
            return
        sides = [[krome_name(text) for c, text in fields if c == side] for side in ("r", "p")]
        low, high = _limits(row, own.get("tmin", ""), own.get("tmax", ""))
        if low > high:
            self.draft.notes.append(f"left out, line {row.line}: no temperature is within its limits")
            return
        condition, rate = _conditional(row, rate)
        if "storeonce" in self._blocks:
            self.frozen.add(row)
        self.rows.append(
            ExpressionRow(
                row,
                whole_number(row, "idx", own["idx"]) if "idx" in own else len(self.rows) + 1,
                *(tuple(name for name in side if name not in NO_SPECIES) for side in sides),
                rate=rate,
                condition=condition,
                limits=(low, high),
                out_of_range="extrapolate" if (low, high) == (0.0, math.inf) else "zero",
                kind="CR" if "cr" in self._blocks else "",
            )
        )


_DIRECTIVES: dict[str, Callable] = {
    "format": _Reader._format,
    "var": _Reader._variable,
    "common": _Reader._common,
    "ghost": _Reader._ghost,
    "cooling": _Reader._cooling,
    "heating": _Reader._heating,
}


def _uncommented(text: str) -> str:
    """Without the comment at its end, behind the last mark of one."""
    return text[: max(text.rfind("!"), text.rfind("#"))].strip() if "!" in text or "#" in text else text.strip()


def _limits(row: Source, first: str, last: str) -> tuple[float, float]:
    """The lowest and the highest temperature [K] at which the rate is not 0; none where the first is larger."""
    low, high = 0.0, math.inf
    for text, default in ((first, ">="), (last, "<")):
        if text.upper() in _NO_LIMIT:
            continue
        match = _LIMIT.fullmatch(text)
        assert match
        sign = _SIGNS.get((match[1] or default).lower(), match[1] or default)
        value = number(row, "a limit of temperature", re.sub("[dD]", "e", match[2]))
        if sign.startswith(">"):
            low = max(low, value if sign == ">=" else float(np.nextafter(value, math.inf)))
        else:
            high = min(high, value if sign == "<=" else float(np.nextafter(value, -math.inf)))
    return low, high


def _conditional(row: Source, rate: str) -> tuple[str, str]:
    """The condition of `if(condition): rate`, empty where there is none, and the rate."""
    start = _CONDITIONAL.match(rate)
    if start is None:
        return "", rate
    depth = 1
    for i in range(start.end(), len(rate)):
        depth += {"(": 1, ")": -1}.get(rate[i], 0)
        if not depth:
            rest = rate[i + 1 :].lstrip()
            if rest.startswith(":"):
                return rate[start.end() : i], rest[1:]
            break
    raise refuse(row, "a condition stands as if(condition): rate")


def _recognises(text: str) -> bool:
    return bool(_START.match(text) or _ROW.match(text))


KROME = Format("krome", "KROME, react_... files", _recognises, _read)
