"""The KInetic Database for Astrochemistry, networks such as kida.uva.2024.

Fixed columns: three reactants from columns 1, 12 and 23, five products from columns 35, 46, 57, 68 and 79, and from
column 92 on the thirteen words `alpha beta gamma F g unc itype Tmin Tmax formula id number recommendation` (Wakelam et
al. 2012, ApJS 199, 21). `!` begins a comment, also behind a row. -9999 and 9999 mean no limit, but for a Tmax of 9999
where another fit of the reaction goes on from there or from 10000.

Rows with the same id are fits of one reaction over different ranges. Where such ranges overlap all the rows count, as
in Nahoon, KIDA's own code: the rows that overlap an earlier one become a reaction of their own, with the coefficient 0
where the others alone hold. A note lists them. Outside all ranges the nearest fit is clamped, as in Nahoon.

itype 1 and 2 (cosmic rays, and the photons they induce) mean alpha zeta, whatever the formula and the agent (CR, CRP or
Photon, which are no species); otherwise the formula names the law, also for the few rows of itype 3 (interstellar
photons) that carry formula 1. A note lists the reactions in which the three do not agree.

F and g are the uncertainty F(T) = F exp(g |1/T - 1/300 K|) of a coefficient whose logarithm is normal (`unc` logn).
An F below 1, and the few rows with another distribution, state none; a note lists the latter.

M, any third body, is no species: with it alpha of formula 3 and 6 is in cm^6 s^-1 and multiplies the density of the
gas. itype 9 (association that a third body completes) must name its third body, M or a species.

H2 is made in two steps, as in the Nautilus code (Ruaud, Wakelam & Hersant 2016, MNRAS 459, 3756) when its surface
chemistry is off: H sticks to grains (formula 11, flux k n(H)), and two XH meet on a grain (formula 10, flux k n(XH)^2:
a rate per grain that goes with the square of the XH on it, n(XH)/n_grain, times the density of grains).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from eqxfuse._chemistry.rate_laws import Constant, Fit
from eqxfuse._chemistry.rate_laws.uncertainty import Uncertainty
from eqxfuse._chemistry.reaction import Source
from eqxfuse._chemistry.species import Species
from eqxfuse._formats.draft import Draft
from eqxfuse._formats.fields import number, refuse, require_reactants, temperature_range, whole_number
from eqxfuse._formats.format import Format
from eqxfuse._formats.kida_laws import AGENTS, THIRD_BODY, agent, check_third_body, is_odd, kind, law

_REACTANTS = ((0, 11), (11, 22), (22, 34))
_PRODUCTS = ((34, 45), (45, 56), (56, 67), (67, 78), (78, 91))
_WORDS = "alpha beta gamma F g unc itype Tmin Tmax formula id number recommendation"
_NO_LIMIT = 9999
_LOG_NORMAL = "logn"


@dataclass(slots=True)
class _Rows:
    """The rows of one id, and one fit each."""

    kind: str
    reactants: list[str]
    products: list[str]
    odd: bool
    other_distribution: bool = False
    rows: list[Source] = field(default_factory=list)
    fits: list[Fit] = field(default_factory=list)

    def layers(self) -> list[tuple[Source, list[Fit]]]:
        """Fits that do not overlap, and their first row; all layers count."""
        fits = _with_limits(self.fits)
        layers: list[list[int]] = []
        for i, fit in enumerate(fits):
            for layer in layers:
                if not any(_overlap(fit, fits[other]) for other in layer):
                    layer.append(i)
                    break
            else:
                layers.append([i])
        return [(self.rows[layer[0]], _filled([fits[i] for i in layer], fits)) for layer in layers]


def _read(rows: Sequence[Source]) -> Draft:
    draft = Draft(_species)
    reactions: dict[int, _Rows] = {}
    for row in rows:
        if not row.text.lstrip().startswith("!"):
            _collect(row, reactions)
    several = []
    for id, r in reactions.items():
        layers = r.layers()
        for first, fits in layers:
            draft.add(first, r.reactants, r.products, fits, out_of_range="clamp", id=id, kind=r.kind)
        if len(layers) > 1:
            several.append(id)
    odd = [id for id, r in reactions.items() if r.odd]
    other = [id for id, r in reactions.items() if r.other_distribution]
    _note(draft, "reactions whose itype, formula and agent do not agree", odd)
    _note(draft, "reactions with rows that hold at the same temperature, of which all count", several)
    _note(draft, "reactions whose uncertainty is not that of a logarithm, and was left out", other)
    return draft


def _note(draft: Draft, what: str, ids: list[int]) -> None:
    if ids:
        draft.notes.append(f"{what}: {len(ids)} (ids {', '.join(map(str, ids))})")


def _with_limits(fits: list[Fit]) -> list[Fit]:
    """A fit without an upper limit ends at 9999 K where another one begins there or above."""
    if not any(fit.t_min >= _NO_LIMIT for fit in fits):
        return fits
    return [replace(f, t_max=float(_NO_LIMIT)) if f.t_max == math.inf and f.t_min < _NO_LIMIT else f for f in fits]


def _overlap(a: Fit, b: Fit) -> bool:
    """Whether both hold in some range; a limit that they share is none."""
    return (a.t_min, a.t_max) == (b.t_min, b.t_max) or (a.t_min < b.t_max and b.t_min < a.t_max)


def _filled(own: list[Fit], fits: list[Fit]) -> list[Fit]:
    """`own` fits, and the coefficient 0 where others of all the `fits` hold and these do not."""
    if len(own) == len(fits):
        return own
    limits = sorted({limit for fit in fits for limit in (fit.t_min, fit.t_max)})
    held, elsewhere = (
        {(a, b) for a, b in pairwise(limits) for fit in some if fit.t_min <= a and b <= fit.t_max}
        for some in (own, fits)
    )
    return [*own, *(Fit(Constant(0.0), a, b) for a, b in sorted(elsewhere - held))]


def _collect(row: Source, reactions: dict[int, _Rows]) -> None:
    """Add the fit of a row to the reaction of its id."""
    words = _words(row.text)
    if len(words) != 13:
        raise refuse(row, f"expected 13 words, {_WORDS}, from column 92 on, got {len(words)}")
    itype, formula, id = (whole_number(row, w, words[i]) for i, w in ((6, "itype"), (9, "formula"), (10, "id")))
    names, products = _names(row, _REACTANTS), _names(row, _PRODUCTS)
    agents = [name for name in names if name in AGENTS]
    odd = is_odd(row, itype, formula, agents)
    reactants, products = ([n for n in side if n not in (*AGENTS, THIRD_BODY)] for side in (names, products))
    _check(row, itype, reactants)
    check_third_body(row, itype, formula, names)
    new = _Rows(kind(itype, agents), reactants, products, odd)
    found = reactions.setdefault(id, new)
    if (found.kind, found.reactants, found.products) != (new.kind, reactants, products):
        raise refuse(row, f"id {id} stands for another reaction in line {found.rows[0].line}")
    found.other_distribution |= words[5] != _LOG_NORMAL
    found.rows.append(row)
    found.fits.append(_fit(row, itype, formula, THIRD_BODY in names, words))


def _words(text: str) -> list[str]:
    """The words behind the names, without a comment."""
    return text[91:].partition("!")[0].split()


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
        names.append(agent(name))
    return names


def _fit(row: Source, itype: int, formula: int, third_body: bool, words: list[str]) -> Fit:
    alpha, beta, gamma = (number(row, what, words[i]) for i, what in enumerate(("alpha", "beta", "gamma")))
    low, high = number(row, "Tmin", words[7]), number(row, "Tmax", words[8])
    limits = temperature_range(row, 0.0 if low == -_NO_LIMIT else low, math.inf if high == _NO_LIMIT else high)
    return Fit(law(row, itype, formula, third_body, (alpha, beta, gamma)), *limits, _uncertainty(row, words))


def _uncertainty(row: Source, words: list[str]) -> Uncertainty | None:
    factor, slope = number(row, "F", words[3]), number(row, "g", words[4])
    return Uncertainty(factor, slope) if words[5] == _LOG_NORMAL and factor >= 1.0 else None


def _species(name: str) -> Species:
    """XH is an H atom on a grain."""
    return Species(name, (("H", 1),)) if name == "XH" else Species.lenient(name)


def _recognises(text: str) -> bool:
    words = _words(text)
    return len(words) == 13 and words[5].isalpha() and all(w.lstrip("-").isdigit() for w in words[6:])


KIDA = Format("kida", "fixed columns, 13 words from column 92 on", _recognises, _read)
