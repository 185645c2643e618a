"""The KInetic Database for Astrochemistry, networks such as kida.uva.2024.

Fixed columns: three reactants from columns 1, 12 and 23, five products from columns 35, 46, 57, 68 and 79, and from
column 92 on the thirteen words `alpha beta gamma F g unc itype Tmin Tmax formula id number recommendation` (Wakelam et
al. 2012, ApJS 199, 21). Rows with the same id are fits of one reaction over different ranges. -9999 and 9999 mean no
limit. Lines that begin with `!` are comments.

itype 1 and 2 (cosmic rays, and the photons they induce) mean alpha zeta, whatever the formula and the agent (CR, CRP or
Photon, which are no species); otherwise the formula names the law, also for the few rows of itype 3 (interstellar
photons) that carry formula 1. A note lists the reactions in which the three do not agree.

H2 is made in two steps, as in the Nautilus code (Ruaud, Wakelam & Hersant 2016, MNRAS 459, 3756) when its surface
chemistry is off: H sticks to grains (formula 11, flux k n(H)), and two XH meet on a grain (formula 10, flux k n(XH)^2:
a rate per grain that goes with the square of the XH on it, n(XH)/n_grain, times the density of grains).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from eqxfuse._formats._draft import Draft
from eqxfuse._formats._fields import number, refuse, require_reactants, temperature_range, whole_number
from eqxfuse._formats._format import Format
from eqxfuse._formats._kida_laws import AGENTS, is_odd, kind, law
from eqxfuse._rate_laws import Fit
from eqxfuse._reaction import Source
from eqxfuse._species import Species

_REACTANTS = ((0, 11), (11, 22), (22, 34))
_PRODUCTS = ((34, 45), (45, 56), (56, 67), (67, 78), (78, 91))
_WORDS = "alpha beta gamma F g unc itype Tmin Tmax formula id number recommendation"


@dataclass(slots=True)
class _Rows:
    """The rows of one reaction: `first` of them, and one fit each."""

    first: Source
    kind: str
    reactants: list[str]
    products: list[str]
    odd: bool
    fits: list[Fit] = field(default_factory=list)


def _read(rows: Sequence[Source]) -> Draft:
    draft = Draft(_species)
    reactions: dict[int, _Rows] = {}
    for row in rows:
        if not row.text.startswith("!"):
            _collect(row, reactions)
    for id, r in reactions.items():
        draft.add(r.first, r.reactants, r.products, r.fits, out_of_range="clamp", id=id, kind=r.kind)
    odd = [str(id) for id, r in reactions.items() if r.odd]
    if odd:
        draft.notes.append(f"reactions whose itype, formula and agent do not agree: {len(odd)} (ids {', '.join(odd)})")
    return draft


def _collect(row: Source, reactions: dict[int, _Rows]) -> None:
    """Add the fit of a row to the reaction of its id."""
    words = row.text[91:].split()
    if len(words) != 13:
        raise refuse(row, f"expected 13 words, {_WORDS}, from column 92 on, got {len(words)}")
    itype, formula, id = (whole_number(row, w, words[i]) for i, w in ((6, "itype"), (9, "formula"), (10, "id")))
    names, products = _names(row, _REACTANTS), _names(row, _PRODUCTS)
    agents = [name for name in names if name in AGENTS]
    odd = is_odd(row, itype, formula, agents)
    not_species = (*AGENTS, "M") if formula == 6 else AGENTS  # the law of formula 6 holds the density of M
    reactants, products = ([n for n in side if n not in not_species] for side in (names, products))
    _check(row, itype, reactants)
    new = _Rows(row, kind(itype, agents), reactants, products, odd)
    found = reactions.setdefault(id, new)
    if (found.kind, found.reactants, found.products) != (new.kind, reactants, products):
        raise refuse(row, f"id {id} stands for another reaction in line {found.first.line}")
    found.fits.append(_fit(row, itype, formula, words))


def _check(row: Source, itype: int, reactants: list[str]) -> None:
    if itype in (1, 2, 3, 11):
        require_reactants(row, f"itype {itype}", reactants, 1)
    elif len(reactants) < 3:
        require_reactants(row, f"itype {itype}", reactants, 2)


def _names(row: Source, columns: Sequence[tuple[int, int]]) -> list[str]:
    """The names of one side, each at the beginning of its field and followed by a space."""
    names = []
    for start, stop in columns:
        cell = row.text[start:stop]
        name = cell.rstrip(" ")
        if not name:
            continue
        if name == cell or " " in name:
            raise refuse(row, f"columns {start + 1} to {stop} must hold one name from the first on, got {cell!r}")
        names.append(name)
    return names


def _fit(row: Source, itype: int, formula: int, words: list[str]) -> Fit:
    alpha, beta, gamma = (number(row, what, words[i]) for i, what in enumerate(("alpha", "beta", "gamma")))
    low, high = number(row, "Tmin", words[7]), number(row, "Tmax", words[8])
    limits = temperature_range(row, 0.0 if low == -9999 else low, math.inf if high == 9999 else high)
    return Fit(law(row, itype, formula, alpha, beta, gamma), *limits)


def _species(name: str) -> Species:
    """XH is an H atom on a grain."""
    return Species(name, (("H", 1),)) if name == "XH" else Species.lenient(name)


def _recognises(text: str) -> bool:
    words = text[91:].split()
    return len(words) == 13 and words[5].isalpha() and all(w.lstrip("-").isdigit() for w in words[6:])


KIDA = Format("kida", "fixed columns, 13 words from column 92 on", _recognises, _read)
