"""What gas outside of dark clouds needs beside their chemistry: (equation, source, rate laws with their ranges).

A row takes the place of the dark cloud's with the same equation and kind.
"""

from eqxfuse.networks._interstellar._laws import GrainRecombination
from eqxfuse.networks._primordial import fits as primordial
from eqxfuse.rate_laws import (
    ZETA_UMIST,
    CosmicRayPhoton,
    Expression,
    Fit,
    Kooij,
    Photo,
    ShieldedC,
    ShieldedCO,
    ShieldedH2,
)

_ABEL = "Abel et al. 1997, New Astron. 2, 181, after Janev et al. 1987"
_BAULCH = "Baulch et al. 1992, J. Phys. Chem. Ref. Data 21, 411; 1994, 23, 847"
_DEAN = "Dean, Davidson & Hanson 1991, J. Phys. Chem. 95, 183"
_HEAYS = "Heays, Bosman & van Dishoeck 2017, A&A 602, A105"
_PRASAD = "Prasad & Huntress 1980, ApJS 43, 1"
_STANCIL = "Stancil et al. 1999, A&AS 140, 225, as fitted by Roellig 2011, A&A 530, A9"
_TSANG = "Tsang & Hampson 1986, J. Phys. Chem. Ref. Data 15, 1087"
_UMIST = "UMIST RATE22, Millar et al. 2024, A&A 682, A109"
_VORONOV = "Voronov 1997, At. Data Nucl. Data Tables 65, 1"
_WEINGARTNER = "Weingartner & Draine 2001, ApJ 563, 842, table 3"

_HOLLENBACH = (
    "3e-17*sqrt(Tgas/100)/(1+1e4*exp(-600/user_Tdust))"
    "/(1+0.4*sqrt((Tgas+user_Tdust)/100)+0.2*Tgas/100+0.08*(Tgas/100)**2)*d2g/0.01*get_Hnuclei(n(:))"
)
_HELIUM = (
    "1e-11/sqrt(Tgas)*(11.19-1.676*log10(Tgas)-0.2852*log10(Tgas)**2+0.04433*log10(Tgas)**3)"
    "+1.9e-3/Tgas**1.5*exp(-473421/Tgas)*(1+0.3*exp(-94684/Tgas))"
)

WARM = {
    "grain surface": (
        ("H + H -> H2", "Hollenbach & McKee 1979, ApJS 41, 555", [Fit(Expression(_HOLLENBACH))]),
    ),
    "photo": (
        ("H2 -> H + H", f"{_HEAYS}; shielding as ShieldedH2", [Fit(ShieldedH2(5.7e-11))]),
        ("CO -> O + C", f"{_HEAYS}; shielding as ShieldedCO", [Fit(ShieldedCO(2.4e-10))]),
        ("C -> C+ + e-", f"{_HEAYS}; shielding as ShieldedC", [Fit(ShieldedC(3.5e-10, 3.76))]),
        ("Si -> Si+ + e-", _HEAYS, [Fit(Photo(4.45e-9, 2.61))]),
    ),
    "cosmic-ray photon": (
        ("Si -> Si+ + e-", _HEAYS, [Fit(CosmicRayPhoton(1.3e-17, 0.0, 2100.0, zeta_unit=ZETA_UMIST))]),
    ),
    "radiative recombination": (
        (
            "H+ + e- -> H",
            "case B; Ferland et al. 1992, ApJ 387, 95, as fitted by Hui & Gnedin 1997, MNRAS 292, 27",
            [Fit(Expression("2.753e-14*(315614/Tgas)**1.5/(1+(115188/Tgas)**0.407)**2.242"))],
        ),
        (
            "He+ + e- -> He",
            "case B; Hummer & Storey 1998, MNRAS 297, 1073; dielectronic: Aldrovandi & Pequignot 1973, A&A 25, 137",
            [Fit(Expression(_HELIUM), 1.0, 1e6)],
        ),
        (
            "Si+ + e- -> Si",
            "Nahar 2000, ApJS 126, 537",
            [Fit(Kooij(7.5e-12, -0.55), 0.0, 2e3), Fit(Kooij(4.86e-12, -0.32), 2e3, 1e4)],
        ),
    ),
    "grain recombination": (
        (
            "H+ + e- -> H",
            _WEINGARTNER,
            [Fit(GrainRecombination((12.25, 8.074e-6, 1.378, 5.087e2, 0.01586, 0.4723, 1.102e-5)))],
        ),
        (
            "He+ + e- -> He",
            _WEINGARTNER,
            [Fit(GrainRecombination((5.572, 3.185e-7, 1.512, 5.115e3, 3.903e-7, 0.4956, 5.494e-7)))],
        ),
        (
            "C+ + e- -> C",
            _WEINGARTNER,
            [Fit(GrainRecombination((45.58, 6.089e-3, 1.128, 4.331e2, 0.04845, 0.8120, 1.333e-4)))],
        ),
        (
            "Si+ + e- -> Si",
            _WEINGARTNER,
            [Fit(GrainRecombination((2.166, 5.678e-8, 1.874, 4.375e4, 1.635e-6, 0.8964, 7.538e-5)))],
        ),
    ),
    "collisional ionisation": (
        ("H + e- -> H+ + 2 e-", _ABEL, primordial()["H + e- -> H+ + 2 e-"]),
        ("He + e- -> He+ + 2 e-", _ABEL, primordial()["He + e- -> He+ + 2 e-"]),
        ("C + e- -> C+ + 2 e-", _VORONOV, [Fit(Expression("colion_v96(Tgas,11.26,0,6.85e-8,0.193,0.25)"))]),
        ("O + e- -> O+ + 2 e-", _VORONOV, [Fit(Expression("colion_v96(Tgas,13.6,0,3.59e-8,0.073,0.34)"))]),
        ("Si + e- -> Si+ + 2 e-", _VORONOV, [Fit(Expression("colion_v96(Tgas,8.2,1,1.88e-7,0.376,0.25)"))]),
    ),
    "collisional dissociation": (
        ("H2 + e- -> 2 H + e-", "Abel et al. 1997, New Astron. 2, 181", primordial()["H2 + e- -> 2 H + e-"]),
        (
            "H2 + H -> 3 H",
            "Mac Low & Shull 1986, ApJ 302, 585 (thin gas); Martin, Schwarz & Mandy 1996, ApJ 461, 265 (dense gas)",
            [Fit(Expression("dissH2H_Hunter23(n,Tgas)"))],
        ),
        (
            "H2 + H2 -> H2 + 2 H",
            "Martin, Keogh & Mandy 1998, ApJ 499, 793 (thin gas); an eighth of H2 + H (dense gas)",
            [Fit(Expression("dissH2H2_Hunter23(n,Tgas)"))],
        ),
    ),
    "ion-neutral": (
        ("H2 + H+ -> H2+ + H", _ABEL, primordial()["H2 + H+ -> H2+ + H"]),
        ("H + O+ -> O + H+", _STANCIL, [Fit(Kooij(5.66e-10, 0.36, -8.6), 10.0, 4.1e4)]),
        ("H + CH2+ -> CH+ + H2", _UMIST, [Fit(Kooij(1e-9, 0.0, 7080.0))]),
        ("H + CH3+ -> CH2+ + H2", _UMIST, [Fit(Kooij(7e-10, 0.0, 10560.0))]),
        ("H+ + Si -> Si+ + H", _PRASAD, [Fit(Kooij(9.9e-10))]),
        ("He+ + Si -> Si+ + He", _PRASAD, [Fit(Kooij(3.3e-9))]),
        ("C+ + Si -> Si+ + C", _PRASAD, [Fit(Kooij(2.1e-9))]),
        ("H2O+ + Si -> Si+ + H2O", _PRASAD, [Fit(Kooij(3.0e-9))]),
        ("O2+ + Si -> Si+ + O2", _PRASAD, [Fit(Kooij(1.6e-9))]),
    ),
    "neutral-neutral": (
        ("H + OH -> O + H2", _TSANG, [Fit(Kooij(6.94e-14, 2.8, 1950.0))]),
        ("H + H2O -> OH + H2", _BAULCH, [Fit(Kooij(6.9e-12, 1.6, 9720.0))]),
        ("H + O2 -> OH + O", _BAULCH, [Fit(Kooij(1.62e-10, 0.0, 7470.0))]),
        ("H2 + C -> CH + H", _DEAN, [Fit(Kooij(6.64e-10, 0.0, 11700.0))]),
        ("H + CO -> OH + C", "Mitchell 1984, ApJS 54, 81", [Fit(Kooij(1.1e-10, 0.5, 77700.0))]),
    ),
}  # fmt: skip
