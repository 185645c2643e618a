"""Rate laws with coefficients such as their kinds of reactions have."""

from random import Random

from eqxfuse.rate_laws import (
    ZETA_UMIST,
    CosmicRay,
    CosmicRayPhoton,
    H2FormationCazauxTielens,
    Kooij,
    Photo,
    RateLaw,
)


def random_rate(kind: str, random: Random) -> RateLaw:
    """A law for a reaction of this kind; coefficients have three digits."""

    def power(low: float, high: float) -> float:
        return _rounded(10.0 ** random.uniform(low, high))

    def uniform(low: float, high: float) -> float:
        return _rounded(random.uniform(low, high))

    match kind:
        case "grain surface":
            return H2FormationCazauxTielens()
        case "cosmic ray":
            return CosmicRay(power(-17.3, -16.8), zeta_unit=ZETA_UMIST)
        case "cosmic-ray photon":
            return CosmicRayPhoton(1.3e-17, 0.0, uniform(10.0, 1000.0), zeta_unit=ZETA_UMIST)
        case "photo":
            return Photo(power(-10.0, -8.8), uniform(1.5, 3.5))
        case "dissociative recombination":
            return Kooij(power(-7.5, -6.3), -uniform(0.4, 0.8))
        case "radiative recombination":
            return Kooij(power(-11.6, -11.0), -uniform(0.5, 0.8))
        case "radiative association":
            return Kooij(power(-17.0, -14.0), -uniform(0.2, 2.0))
        case "neutral-neutral":
            return Kooij(power(-11.3, -9.8), uniform(0.0, 0.5), random.choice((0.0, uniform(100.0, 3000.0))))
        case _:
            return Kooij(power(-9.5, -8.6), random.choice((0.0, -0.5)))


def _rounded(x: float) -> float:
    return float(f"{x:.3g}")
