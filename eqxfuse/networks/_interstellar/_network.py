"""The interstellar network: that of dark clouds among fewer species, and what warm and lit gas adds."""

from dataclasses import replace

from eqxfuse import Network, Reaction
from eqxfuse.networks._dark_cloud import dark_cloud
from eqxfuse.networks._interstellar._warm import WARM

OF_DARK_CLOUDS = (
    "H", "H+", "H2", "H2+", "H3+", "He", "He+",
    "C", "C+", "CH", "CH+", "CH2", "CH2+", "CH3+",
    "O", "O+", "O2", "O2+", "OH", "OH+", "H2O", "H2O+", "H3O+",
    "CO", "CO+", "HCO", "HCO+", "HOC+",
    "e-",
)  # fmt: skip

_ONE_FACTOR = {"grain surface", "grain recombination"}
"""Kinds whose rate goes with the density of the first reactant alone: the grains are in the coefficient."""

interstellar_abundances: dict[str, float] = {
    "H": 1.0,
    "He": 0.1,
    "C+": 1.6e-4,
    "O": 3.2e-4,
    "Si+": 1.7e-6,
    "e-": 1.617e-4,
}
"""Initial abundances x = n/n_H of atomic gas near the sun, with what light ionises ionised.

C and O in the gas after Sofia et al. 2004, ApJ 605, 272 and Savage & Sembach 1996, ARA&A 34, 279, Si depleted tenfold,
as Gong, Ostriker & Wolfire 2017, ApJ 843, 38 use them.
"""


def interstellar() -> Network:
    """H, He, C, O and Si in 31 species, for gas from 10 to 3e4 K: warm, cold and molecular, with light and cosmic rays.

    The reactions are those of `dark_cloud` among 29 of its species, without hydrocarbons beyond CH3+ and without CO2.
    To them come Si, which gives the electrons that carbon in CO no longer does, and

    - shielding of H2, CO and C by each other: columns are densities times `Conditions.radius`, which has to fit the
      extinction: N_H = 1.87e21 cm^-2 Av (Bohlin, Savage & Drake 1978, ApJ 224, 132);
    - H2 on dust at 3e-17 (T/100 K)^1/2 S(T, T_d) cm^3 s^-1 (Hollenbach & McKee 1979, ApJS 41, 555);
    - recombination of H+, He+, C+ and Si+ on grains (Weingartner & Draine 2001, ApJ 563, 842), case B in the gas;
    - ionisation and dissociation by collisions, the charge exchange of O+ and H, and the reverse of the reactions that
      make CH, CH+, CH2+, OH, H2O and CO, which count in warm gas.

    The source of each is in the tables. Kinds and laws are those that `eqxfuse.thermal.interstellar()` looks for; start
    from `interstellar_abundances`.
    """
    own = [
        Reaction.from_equation(equation, fits, factors=(_first(equation),) if kind in _ONE_FACTOR else None, kind=kind)
        for kind, rows in WARM.items()
        for equation, _, fits in rows
    ]
    replaced = {(r.kind, r.equation) for r in own}
    dark = [r for r in dark_cloud().subnetwork(OF_DARK_CLOUDS).reactions if (r.kind, r.equation) not in replaced]
    reactions = [replace(r, id=i) for i, r in enumerate((*dark, *own), start=1)]
    species = (*OF_DARK_CLOUDS[:-1], "Si", "Si+", "e-")
    return Network.from_reactions(reactions, species=species, name="interstellar")


def _first(equation: str) -> str:
    return equation.split(" + ")[0]
