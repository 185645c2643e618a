"""Primordial gas: hydrogen and helium without metals, dust or radiation."""

import math

from eqxfuse import Network, Reaction
from eqxfuse.networks._primordial_laws import (
    KELVIN_PER_EV,
    LogPolynomial,
    RecombinationOfHeII,
    RecombinationOfHeIII,
    kooij_of,
)
from eqxfuse.rate_laws import Fit, Kooij

POLYNOMIALS = {
    "H + e- -> H+ + 2 e-": (-32.71396786, 13.536556, -5.73932875, 1.56315498, -0.2877056, 3.48255977e-2,
                            -2.63197617e-3, 1.11954395e-4, -2.03914985e-6),
    "He + e- -> He+ + 2 e-": (-44.09864886, 23.91596563, -10.7532302, 3.05803875, -0.56851189, 6.79539123e-2,
                              -5.0090561e-3, 2.06723616e-4, -3.64916141e-6),
    "He+ + e- -> He++ + 2 e-": (-68.7104099, 43.93347633, -18.4806699, 4.70162649, -0.76924663, 8.113042e-2,
                                -5.32402063e-3, 1.97570531e-4, -3.16558106e-6),
    "H2 + H+ -> H2+ + H": (-24.24914687, 3.40082444, -3.89800396, 2.04558782, -0.541618285, 8.41077503e-2,
                           -7.87902615e-3, 4.13839842e-4, -9.36345888e-6),
    "H- + e- -> H + 2 e-": (-18.01849334, 2.3608522, -0.2827443, 1.62331664e-2, -3.36501203e-2, 1.17832978e-2,
                            -1.6561947e-3, 1.0682752e-4, -2.63128581e-6),
}  # fmt: skip
"""Abel et al. (1997), reactions 1, 3, 5, 11 and 14: ln k over ln(k_B T / eV). All vanish towards low T."""

H_RECOMBINATION = (-28.6130338, -0.72411256, -2.02604473e-2, -2.38086188e-3, -3.21260521e-4, -1.42150291e-5,
                   4.98910892e-6, 5.75561414e-7, -1.85676704e-8, -3.07113524e-9)  # fmt: skip
H2_FROM_H_MINUS = (-20.06913897, 0.22898, 3.5998377e-2, -4.55512e-3, -3.10511544e-4, 1.0732940e-4,
                   -8.36671960e-6, 2.23830623e-7)  # fmt: skip
H_MINUS_DETACHMENT = (-20.37260896, 1.13944933, -0.14210135, 8.4644554e-3, -1.4327641e-3, 2.0122503e-4,
                      8.6639632e-5, -2.5850097e-5, 2.4555012e-6, -8.0683825e-8)  # fmt: skip
"""Abel et al. (1997), reactions 2, 8 and 15, above the temperatures given in `_piecewise`."""


def primordial() -> Network:
    """H, H+, H-, H2, H2+, He, He+, He++ and e-: 27 reactions, for 1 to 1e5 K.

    Coefficients after Abel et al. 1997, New Astron. 2, 181 (the default), Galli & Palla 1998, A&A 335, 403 (H- + H+,
    H2 + e-) and Glover & Abel 2008, MNRAS 388, 1627 (charge exchange of helium, three-body formation of H2, H2 + H
    in the low-density limit of Mac Low & Shull 1986, ApJ 302, 585). He+ + H2 is from Schauer et al. 1989, J. Chem.
    Phys. 91, 4593; H2 + H2 as in UMIST (Millar et al. 1991, A&AS 87, 585). There is no radiation: no photo-ionisation
    and no Lyman-Werner dissociation.
    """
    reactions = [Reaction.from_equation(e, f, id=i) for i, (e, f) in enumerate(fits().items(), start=1)]
    return Network.from_reactions(reactions, species=SPECIES, name="primordial")


SPECIES = ("H", "H+", "H-", "H2", "H2+", "He", "He+", "He++", "e-")


def fits() -> dict[str, list[Fit]]:
    """The fits of each reaction, by its equation."""
    polynomials = {equation: [Fit(LogPolynomial(c))] for equation, c in POLYNOMIALS.items()}
    return polynomials | {equation: [Fit(law)] for equation, law in _single().items()} | _piecewise()


def _single() -> dict:
    """One formula for all temperatures."""
    return {
        "He+ + e- -> He": RecombinationOfHeII(),
        "He++ + e- -> He+": RecombinationOfHeIII(),
        "H + e- -> H-": kooij_of(6.775e-15, 0.8779, unit=KELVIN_PER_EV),
        "H2+ + H -> H2 + H+": Kooij(6.0e-10),
        "H2 + e- -> 2 H + e-": kooij_of(5.6e-11, 0.5, 102124.0),
        "H2 + e- -> H + H-": kooij_of(2.7e-8, -1.27, 43000.0),
        "H2 + H -> 3 H": kooij_of(6.67e-12 / math.e, 0.5, 63590.0),
        "H2 + H2 -> H2 + 2 H": Kooij(1.0e-8, 0.0, 84100.0),
        "H- + H+ -> 2 H": kooij_of(7.0e-8, -0.5, unit=100.0),
        "H2+ + H- -> H2 + H": kooij_of(5.0e-7, -0.5, unit=100.0),
        "He+ + H -> He + H+": Kooij(1.2e-15, 0.25),
        "H2 + He+ -> H+ + H + He": Kooij(3.0e-14),
        "H2 + He+ -> H2+ + He": Kooij(1.0e-14),
    }


def _piecewise() -> dict:
    """Two formulas that meet at a temperature [K]."""
    electronvolt = KELVIN_PER_EV
    h2_plus = (math.log(5.81e-16), 0.0, -0.6657 / math.log(10.0))
    return {
        "H+ + e- -> H": _below_above(
            5500.0, kooij_of(3.92e-13, -0.6353, unit=electronvolt), LogPolynomial(H_RECOMBINATION)
        ),
        "H- + H -> H2 + e-": _below_above(1160.0, Kooij(1.428e-9), LogPolynomial(H2_FROM_H_MINUS)),
        "H- + H -> 2 H + e-": _below_above(
            1160.0, kooij_of(2.5634e-9, 1.78186, unit=electronvolt), LogPolynomial(H_MINUS_DETACHMENT)
        ),
        "H + H+ -> H2+": _below_above(6700.0, kooij_of(1.85e-23, 1.8), LogPolynomial(h2_plus, unit=56200.0)),
        "H- + H+ -> H2+ + e-": _below_above(8000.0, kooij_of(6.9e-9, -0.35), kooij_of(9.6e-7, -0.9)),
        "H2+ + e- -> 2 H": _below_above(617.0, Kooij(1.0e-8), kooij_of(1.32e-6, -0.76)),
        "He + H+ -> He+ + H": _below_above(1e4, kooij_of(1.26e-9, -0.75, 127500.0), kooij_of(4.0e-37, 4.74)),
        "3 H -> H2 + H": _below_above(300.0, Kooij(1.3e-32, -0.38), Kooij(1.3e-32, -1.0)),
        "2 H + H2 -> 2 H2": _below_above(300.0, Kooij(1.3e-32 / 8, -0.38), Kooij(1.3e-32 / 8, -1.0)),
    }


def _below_above(temperature: float, below, above) -> list[Fit]:
    return [Fit(below, 0.0, temperature), Fit(above, temperature)]
