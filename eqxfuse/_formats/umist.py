"""The UMIST Database for Astrochemistry, releases RATE12 and RATE22.

A line is `id:type:R1:R2:P1:P2:P3:P4:N:` and then N fits of nine fields, `alpha:beta:gamma:Tlo:Thi:ST:ACC:ref:note`
(McElroy et al. 2013, A&A 550, A36; Millar et al. 2024, A&A 682, A109). References and notes may be quoted and then
hold colons; a remark may follow after `!`. Lines that begin with `#` are comments.

Outside its ranges a coefficient is the formula of the nearest fit at the temperature itself, as in the database's own
code: reactions with a barrier, which were fitted from 200 K or so upwards, do not run in cold gas.

ACC is the accuracy: A less than 25 %, B less than 50 %, C within a factor of 2, D within an order of magnitude, E
highly uncertain (McElroy et al. 2013), which is read as an order of magnitude, too.
"""

import re
from collections.abc import Sequence

from eqxfuse._chemistry.constants import ZETA_UMIST
from eqxfuse._chemistry.rate_laws import CosmicRay, CosmicRayPhoton, Fit, Kooij, Photo, RateLaw
from eqxfuse._chemistry.rate_laws.uncertainty import Uncertainty
from eqxfuse._chemistry.reaction import Source
from eqxfuse._chemistry.species import Species
from eqxfuse._formats.draft import Draft
from eqxfuse._formats.fields import number, refuse, require_reactants, temperature_range, whole_number
from eqxfuse._formats.format import Format

_TWO_BODY = frozenset({"AD", "CD", "CE", "DR", "IA", "IN", "MN", "NN", "RA", "REA", "RR"})
_AGENTS = {"CP": "CRP", "CR": "CRPHOT", "PH": "PHOTON"}
_ACCURACY = {"A": 1.25, "B": 1.5, "C": 2.0, "D": 10.0, "E": 10.0}
_LINE = re.compile(r"\s*[0-9]+\s*:\s*[A-Z]{2,3}\s*:")
_TEXT = r'("[^"]*"|[^:]*)'
_FIT = re.compile("([^:]*):" * 7 + f"{_TEXT}:{_TEXT}(?::|$)")


def _read(rows: Sequence[Source]) -> Draft:
    draft = Draft(Species.lenient)
    for row in rows:
        if not row.text.lstrip().startswith("#"):
            _add(draft, row)
    return draft


def _add(draft: Draft, row: Source) -> None:
    parts = row.text.split(":", 9)
    if len(parts) < 10:
        raise refuse(row, f"expected id:type:R1:R2:P1:P2:P3:P4:N: and N fits, got {len(parts)} fields")
    id, kind, r1, r2, p1, p2, p3, p4, count, fits = map(str.strip, parts)
    if kind not in _AGENTS and kind not in _TWO_BODY:
        raise refuse(row, f"unknown reaction type {kind!r}; known are {', '.join(sorted({*_AGENTS, *_TWO_BODY}))}")
    draft.add(
        row,
        _reactants(row, kind, [name for name in (r1, r2) if name]),
        [name for name in (p1, p2, p3, p4) if name and name != "PHOTON"],
        _fits(row, kind, whole_number(row, "the number of fits", count), fits),
        out_of_range="extrapolate",
        id=whole_number(row, "the id", id),
        kind=kind,
    )


def _reactants(row: Source, kind: str, names: list[str]) -> list[str]:
    """The species among the reactants, checked against the agent (CRP, CRPHOT, PHOTON) that the type implies."""
    agents = [name for name in names if name in _AGENTS.values()]
    expected = [_AGENTS[kind]] if kind in _AGENTS else []
    if agents != expected:
        raise refuse(row, f"type {kind} goes with {' '.join(expected) or 'no agent'}, got {' '.join(agents) or 'none'}")
    species = [name for name in names if name not in expected]
    require_reactants(row, f"type {kind}", species, 1 if expected else 2)
    return species


def _fits(row: Source, kind: str, count: int, text: str) -> list[Fit]:
    if not count:
        raise refuse(row, "a reaction needs at least one fit")
    fits, position = [], 0
    for i in range(count):
        match = _FIT.match(text, position)
        if not match or position >= len(text):
            raise refuse(row, f"the row announces {count} fits of nine fields, but fit {i + 1} is incomplete")
        fits.append(_fit(row, kind, match))
        position = match.end()
    rest = text[position:].strip(": \t")
    if rest and not rest.startswith("!"):
        raise refuse(row, f"the row goes on after the {count} fits it announces: {rest!r}")
    return fits


def _fit(row: Source, kind: str, match: re.Match[str]) -> Fit:
    alpha, beta, gamma = (number(row, what, match[i]) for i, what in enumerate(("alpha", "beta", "gamma"), 1))
    low, high = temperature_range(row, number(row, "Tlo", match[4]), number(row, "Thi", match[5]))
    factor = _ACCURACY.get(match[7].strip())
    return Fit(_law(kind, alpha, beta, gamma), low, high, None if factor is None else Uncertainty(factor))


def _law(kind: str, alpha: float, beta: float, gamma: float) -> RateLaw:
    if kind == "CP":
        return CosmicRay(alpha, ZETA_UMIST)
    if kind == "CR":
        return CosmicRayPhoton(alpha, beta, gamma, ZETA_UMIST)
    if kind == "PH":
        return Photo(alpha, gamma)
    return Kooij(alpha, beta, gamma)


UMIST = Format("umist", "UMIST RATE12 and RATE22, id:type:R1:R2:...", lambda text: bool(_LINE.match(text)), _read)
