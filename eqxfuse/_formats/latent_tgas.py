"""The csv of latent_tgas: `r1,r2,p1,p2,a,b,c,mechanism`, with `E` for the electron and no ranges of temperature.

Mechanisms: KA, modified Arrhenius; CR, a zeta; FUV, a g0 without extinction; H2Form, a (dust-to-gas ratio / 0.01), flux
k n(H)^2.
"""

from collections.abc import Sequence

from eqxfuse._chemistry.rate_laws import CosmicRay, H2FormationSimple, Kooij, Photo
from eqxfuse._chemistry.reaction import Source
from eqxfuse._chemistry.species import Species
from eqxfuse._formats.csv import columns, table
from eqxfuse._formats.draft import Draft
from eqxfuse._formats.fields import number, refuse, require_reactants
from eqxfuse._formats.format import Format

_HEADER = ("r1", "r2", "p1", "p2", "a", "b", "c", "mechanism")
_LAWS = {
    "KA": Kooij,
    "CR": lambda a, b, c: CosmicRay(a),
    "FUV": lambda a, b, c: Photo(a),
    "H2Form": lambda a, b, c: H2FormationSimple(a),
}


def _read(rows: Sequence[Source]) -> Draft:
    draft = Draft(Species.from_name)
    for row, fields in table(rows, _HEADER):
        mechanism = fields["mechanism"]
        if mechanism not in _LAWS:
            raise refuse(row, f"unknown mechanism {mechanism!r}; known are {', '.join(_LAWS)}")
        reactants, products = ([fields[c] for c in side if fields[c]] for side in (("r1", "r2"), ("p1", "p2")))
        _check(row, mechanism, reactants)
        law = _LAWS[mechanism](*(number(row, what, fields[what]) for what in "abc"))
        draft.add(
            row, reactants, products, law, out_of_range="extrapolate", id=len(draft.reactions) + 1, kind=mechanism
        )
    return draft


def _check(row: Source, mechanism: str, reactants: list[str]) -> None:
    if mechanism in ("CR", "FUV"):
        require_reactants(row, mechanism, reactants, 1)
    if mechanism == "H2Form" and reactants != ["H", "H"]:
        raise refuse(row, f"H2Form is the formation of H2 from two H, got {' + '.join(reactants) or 'none'}")


LATENT_TGAS = Format("latent_tgas", f"csv, {','.join(_HEADER)}", lambda text: tuple(columns(text)) == _HEADER, _read)
