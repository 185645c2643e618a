"""The dark-cloud network, put together from its tables."""

from collections.abc import Iterator

from eqxfuse import Network, Reaction
from eqxfuse.networks._dark_cloud._electrons import DISSOCIATIVE, RADIATIVE
from eqxfuse.networks._dark_cloud._ions import ION_NEUTRAL
from eqxfuse.networks._dark_cloud._neutrals import ASSOCIATION, NEUTRAL
from eqxfuse.networks._dark_cloud._radiation import COSMIC_RAY_PHOTONS, COSMIC_RAYS, STARLIGHT
from eqxfuse.rate_laws import (
    ZETA_UMIST,
    CosmicRay,
    CosmicRayPhoton,
    Fit,
    H2FormationCazauxTielens,
    Kooij,
    Photo,
    RateLaw,
)

Row = tuple[str | float, ...]

GAS_PHASE = {
    "ion-neutral": ION_NEUTRAL,
    "dissociative recombination": DISSOCIATIVE,
    "radiative recombination": RADIATIVE,
    "neutral-neutral": NEUTRAL,
    "radiative association": ASSOCIATION,
}

SPECIES = (
    "H", "H+", "H2", "H2+", "H3+", "He", "He+", "HeH+",
    "C", "C+", "CH", "CH+", "CH2", "CH2+", "CH3", "CH3+", "CH4", "CH4+", "CH5+",
    "C2", "C2+", "C2H", "C2H+", "C2H2", "C2H2+", "C2H3+",
    "O", "O+", "O2", "O2+", "O2H+", "OH", "OH+", "H2O", "H2O+", "H3O+",
    "CO", "CO+", "HCO", "HCO+", "HOC+", "H2CO", "H2CO+", "H2COH+", "CO2", "HCO2+",
    "e-",
)  # fmt: skip

dark_cloud_abundances: dict[str, float] = {"H2": 0.5, "He": 0.09, "C+": 1e-4, "O": 1.8e-4, "e-": 1e-4}
"""Initial abundances x = n/n_H of a cloud that has just become molecular: all hydrogen in H2, carbon ionised.

Carbon and oxygen are depleted as in the low-metal set of Graedel, Langer & Frerking (1982, ApJS 48, 321), with
C/H rounded to 1e-4 and He/H = 0.09 (McElroy et al. 2013).
"""


def dark_cloud() -> Network:
    """Gas-phase network of H, He, C and O for cold, shielded gas: 47 species, 323 reactions.

    Makes CO, H2O, OH, O2, H2CO, C2H2, H3+, HCO+ and the ions on the way to them. Coefficients are those of the UMIST
    Database for Astrochemistry (RATE22: Millar et al. 2024, A&A 682, A109; McElroy et al. 2013, A&A 550, A36) and of
    KIDA (Wakelam et al. 2012, ApJS 199, 21); each row of the tables names the work it comes from. H2 forms on grains
    after Cazaux & Tielens (2004). Above its range a fit keeps its last value; below it, a fit with gamma >= 0 goes on
    (an activation barrier keeps closing), one with gamma < 0 keeps its first value.

    What it leaves out: carbon chains beyond C2, metals, freeze-out, and the self-shielding of H2 and CO, so it is
    meant for Av of 3 mag and more. At T = 10 K, n_H = 2e4 cm^-3 and Av = 10 the abundances of CO, O2, OH, H2O, H3+,
    HCO+ and electrons after 1e6 yr stay within a factor of 2 of the full RATE22.
    """
    reactions = [
        Reaction.from_equation(equation, [fit], factors=factors, id=i, kind=kind)
        for i, (kind, equation, fit, factors) in enumerate(_reactions(), start=1)
    ]
    return Network.from_reactions(reactions, species=SPECIES, name="dark cloud")


def _reactions() -> Iterator[tuple[str, str, Fit, tuple[str, ...] | None]]:
    """(kind, equation, fit, rate factors where they are not the reactants)."""
    yield "grain surface", "H + H -> H2", Fit(H2FormationCazauxTielens()), ("H",)
    for equation, _, alpha in COSMIC_RAYS:
        yield "cosmic ray", equation, Fit(CosmicRay(alpha, zeta_unit=ZETA_UMIST)), None
    for row in COSMIC_RAY_PHOTONS:
        yield "cosmic-ray photon", row[0], Fit(_cosmic_ray_photon(*row[2:])), None
    for equation, _, alpha, gamma in STARLIGHT:
        yield "photo", equation, Fit(Photo(alpha, gamma)), None
    for kind, rows in GAS_PHASE.items():
        for row in rows:
            yield kind, row[0], _kooij(*row[2:]), None


def _cosmic_ray_photon(alpha: float, gamma: float, beta: float = 0.0) -> RateLaw:
    return CosmicRayPhoton(alpha, beta, gamma, zeta_unit=ZETA_UMIST)


def _kooij(alpha, beta=0.0, gamma=0.0, t_min=0.0, t_max=float("inf")) -> Fit:
    return Fit(Kooij(alpha, beta, gamma), t_min if gamma < 0 else 0.0, t_max)
