"""Random reactions that conserve elements and charge, with hubs such as H, H2, e-, He+ and C+."""

from collections.abc import Sequence
from itertools import accumulate
from random import Random

from eqxfuse.networks._synthetic._backbone import Draft
from eqxfuse.networks._synthetic._molecules import ELECTRON, HE, HE_PLUS, H, Molecule

KINDS = {
    "ion-neutral": 0.52,
    "neutral-neutral": 0.15,
    "charge exchange": 0.10,
    "dissociative recombination": 0.08,
    "photo": 0.07,
    "cosmic-ray photon": 0.06,
    "radiative association": 0.02,
}
"""Share of the reactions, as in RATE22 (Millar et al. 2024) without anions; the backbone holds more recombination."""

CATION_HUBS = {"He+": 527, "C+": 389, "H3+": 322, "CHO+": 307, "H+": 295, "H3O+": 203, "HN2+": 186}
NEUTRAL_HUBS = {"O": 314, "C": 271, "N": 224, "H": 180, "H2": 156}
PRODUCT_HUBS = {
    "H": 2536, "H2": 1131, "CO": 622, "O": 355, "C": 345, "CN": 311, "H2O": 303, "HO": 249, "N2": 249, "CH3": 227,
}  # fmt: skip
"""Reactions of RATE22 that these species enter (ions, neutrals) and leave."""

CATION_SHARE, NEUTRAL_SHARE, PRODUCT_SHARE = 0.5, 0.16, 0.72
"""Their part of all the ions and neutrals that enter two-body reactions, and of the lighter products."""

SPREAD = 1.4
"""Standard deviation of ln(weight) of the species that are no hubs."""

IONISED = 0.27
"""Part of the photo-processes that ionise."""

EXTRA_HYDROGEN = 0.4
"""Part of the dissociative recombinations that let an H go besides the two products."""

TRIES = 40
"""Reactants drawn for a reaction of one kind before another kind is taken."""

DRAWS = 4
"""Products drawn for one set of reactants."""


class Pool:
    """Molecules with weights, to draw from."""

    def __init__(self, molecules: Sequence[Molecule], weights: Sequence[float]):
        self._molecules = molecules
        self._cumulative = list(accumulate(weights))

    def draw(self, random: Random) -> Molecule:
        return random.choices(self._molecules, cum_weights=self._cumulative)[0]


class Sampler:
    """Draws reactions among `molecules`."""

    def __init__(self, molecules: Sequence[Molecule], random: Random):
        self._random = random
        self._known = frozenset(molecules)
        neutral = [m for m in molecules if m.charge == 0 and not m.he]
        cation = [m for m in molecules if m.charge == 1]
        self._neutral = self._pool(neutral, NEUTRAL_HUBS, NEUTRAL_SHARE)
        self._cation = self._pool(cation, CATION_HUBS, CATION_SHARE)
        self._product = self._pool(neutral, PRODUCT_HUBS, PRODUCT_SHARE)
        self._single = {1: self._pool(cation, {}, 0.0), 0: self._pool(neutral, {}, 0.0)}

    def _pool(self, molecules: Sequence[Molecule], hubs: dict[str, int], share: float) -> Pool:
        """Hubs by their count, together `share`; the others log-normal, smaller molecules first."""
        others = [m for m in molecules if m.name not in hubs]
        spread = sorted((self._random.lognormvariate(0.0, SPREAD) for _ in others), reverse=True)
        weights = dict(zip(others, ((1.0 - share) * w / sum(spread) for w in spread), strict=True))
        present = {m: hubs[m.name] for m in molecules if m.name in hubs}
        weights |= {m: share * n / sum(present.values()) for m, n in present.items()}
        return Pool(molecules, [weights[m] for m in molecules])

    def draft(self) -> Draft | None:
        """One reaction, or None when none of the reactants that were drawn has products in the network."""
        kind = self._random.choices(list(KINDS), weights=list(KINDS.values()))[0]
        for _ in range(TRIES):
            reactants = self._reactants(kind)
            total = reactants[0] if len(reactants) == 1 else reactants[0].plus(reactants[1])
            for _ in range(DRAWS):
                products = self._products(kind, reactants, total)
                if self._known.issuperset(products) and not set(products).intersection(reactants):
                    return kind, reactants, products
        return None

    def _reactants(self, kind: str) -> tuple[Molecule, ...]:
        match kind:
            case "photo" | "cosmic-ray photon":
                return (self._single[0].draw(self._random),)
            case "dissociative recombination":
                return self._single[1].draw(self._random), ELECTRON
            case "neutral-neutral":
                return self._neutral.draw(self._random), self._neutral.draw(self._random)
            case _:
                return self._cation.draw(self._random), self._neutral.draw(self._random)

    def _products(self, kind: str, reactants: tuple[Molecule, ...], total: Molecule) -> tuple[Molecule, ...]:
        """Lighter products are drawn, the last one is what remains of `total`; it need not be in the network."""
        if kind == "radiative association":
            return (total,)
        if kind == "charge exchange":
            return reactants[0].charged(0), reactants[1].charged(1)
        if len(reactants) == 1 and self._random.random() < IONISED:
            return total.charged(1), ELECTRON
        leaving = [HE] if HE_PLUS in reactants else []
        if kind == "dissociative recombination" and self._random.random() < EXTRA_HYDROGEN:
            leaving.append(H)
        leaving.append(self._product.draw(self._random))
        for m in leaving:
            total = total.minus(m)
        return total, *leaving
