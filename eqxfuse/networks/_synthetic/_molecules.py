"""The species of a synthetic network: small molecules of H, He, C, N and O and their cations."""

from collections.abc import Iterator
from itertools import count
from typing import NamedTuple


class Molecule(NamedTuple):
    """Numbers of atoms and the charge; adds and subtracts as a vector."""

    h: int = 0
    he: int = 0
    c: int = 0
    n: int = 0
    o: int = 0
    charge: int = 0

    def plus(self, other: "Molecule") -> "Molecule":
        return Molecule(*(a + b for a, b in zip(self, other, strict=True)))

    def minus(self, other: "Molecule") -> "Molecule":
        return Molecule(*(a - b for a, b in zip(self, other, strict=True)))

    def charged(self, charge: int) -> "Molecule":
        return self._replace(charge=charge)

    @property
    def name(self) -> str:
        """The formula in Hill's order: carbon, hydrogen, the others by alphabet; a carbon-free one by alphabet."""
        if not any(self[:5]):
            return "e-"
        atoms = [("C", self.c), ("H", self.h), ("He", self.he), ("N", self.n), ("O", self.o)]
        formula = "".join(f"{symbol}{number if number > 1 else ''}" for symbol, number in atoms if number)
        return formula + ("+" * self.charge if self.charge > 0 else "-" * -self.charge)


ELECTRON = Molecule(charge=-1)
H, H2, HE = Molecule(h=1), Molecule(h=2), Molecule(he=1)
H_MINUS = H.charged(-1)
H3_PLUS = Molecule(h=3, charge=1)
HE_PLUS = HE.charged(1)
BASE = (ELECTRON, H, H.charged(1), H2, H2.charged(1), H3_PLUS, HE, HE_PLUS)
"""In every synthetic network."""


def molecules(n_species: int) -> list[Molecule]:
    """`n_species` of them, smaller ones first.

    They come as pairs (X, X+), and as protonated saturated molecules (such as CH5+), which have no neutral; a pair that
    does not fit any more is replaced by H-.
    """
    chosen = list(BASE)
    for group in _groups():
        if len(chosen) == n_species:
            break
        chosen += group if len(chosen) + len(group) <= n_species else (H_MINUS,)
    return chosen


def _groups() -> Iterator[tuple[Molecule, ...]]:
    for atoms in count(1):
        for h, c, n, o in _compositions(atoms):
            neutral = Molecule(h=h, c=c, n=n, o=o)
            if h <= _valence(c, n):
                yield neutral, neutral.charged(1)
            else:
                yield (neutral.charged(1),)


def _compositions(atoms: int) -> Iterator[tuple[int, int, int, int]]:
    """(h, c, n, o) with `atoms` atoms, at least one of them heavy, and at most one H more than saturated."""
    for heavy in range(1, atoms + 1):
        for c in range(heavy, -1, -1):
            for n in range(heavy - c + 1):
                if atoms - heavy <= _valence(c, n) + 1:
                    yield atoms - heavy, c, n, heavy - c - n


def _valence(c: int, n: int) -> int:
    """Hydrogens of a saturated molecule with any number of oxygens."""
    return 2 * c + n + 2
