"""The reactions that every synthetic network has: each species is formed and destroyed, and all are connected."""

from collections.abc import Sequence

from eqxfuse.networks._synthetic._molecules import ELECTRON, H2, H3_PLUS, H_MINUS, HE, HE_PLUS, H, Molecule

Draft = tuple[str, tuple[Molecule, ...], tuple[Molecule, ...]]
"""(kind, reactants, products)."""

H_PLUS, H2_PLUS = H.charged(1), H2.charged(1)

BASE_REACTIONS: tuple[Draft, ...] = (
    ("grain surface", (H, H), (H2,)),
    ("cosmic ray", (H2,), (H2_PLUS, ELECTRON)),
    ("cosmic ray", (H,), (H_PLUS, ELECTRON)),
    ("cosmic ray", (HE,), (HE_PLUS, ELECTRON)),
    ("ion-neutral", (H2_PLUS, H2), (H3_PLUS, H)),
    ("dissociative recombination", (H2_PLUS, ELECTRON), (H, H)),
    ("dissociative recombination", (H3_PLUS, ELECTRON), (H2, H)),
    ("radiative recombination", (H_PLUS, ELECTRON), (H,)),
    ("radiative recombination", (HE_PLUS, ELECTRON), (HE,)),
)


def backbone(molecules: Sequence[Molecule]) -> list[Draft]:
    """Base reactions, then two for each pair (X, X+), each protonated molecule, and H-."""
    known = set(molecules)
    drafts = list(BASE_REACTIONS)
    for m in molecules:
        if m == H_MINUS:
            drafts.append(("radiative association", (H, ELECTRON), (H_MINUS,)))
            drafts.append(("neutral-neutral", (H_MINUS, H), (H2, ELECTRON)))
        elif m.charge == 1 and (m.c or m.n or m.o):
            drafts += _cation(m, has_neutral=m.charged(0) in known)
    return drafts


def _cation(m: Molecule, has_neutral: bool) -> list[Draft]:
    neutral = m.charged(0)
    if has_neutral:
        return [
            ("charge exchange", (H_PLUS, neutral), (m, H)),
            ("radiative recombination", (m, ELECTRON), (neutral,)),
        ]
    saturated = neutral.minus(H)
    return [
        ("ion-neutral", (H3_PLUS, saturated), (m, H2)),
        ("dissociative recombination", (m, ELECTRON), (saturated, H)),
    ]
