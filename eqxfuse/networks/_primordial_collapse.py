"""Primordial gas with deuterium, from the recombination of the universe to three-body formation of H2."""

from eqxfuse import Network, Reaction
from eqxfuse.networks._primordial import SPECIES, fits
from eqxfuse.networks._primordial_laws import decimal_polynomial, kooij_of
from eqxfuse.rate_laws import Expression, Fit, Kooij

primordial_collapse_abundances: dict[str, float] = {
    "H": 1.0 - 2e-4 - 2e-6,
    "H+": 2e-4,
    "e-": 2e-4,
    "H2": 1e-6,
    "He": 0.083,
    "D": 2.5e-5,
}
"""Initial abundances x = n/n_H of gas that falls into the first haloes.

The electrons and the H2 that the expanding universe left are those of Galli & Palla 1998, A&A 335, 403, He/H = 0.083 is
a mass fraction of 0.25, D/H is from Cooke, Pettini & Steidel 2018, ApJ 855, 102.
"""


def primordial_collapse() -> Network:
    """The species of `primordial` and D, D+, D-, HD and HD+: 47 reactions, for 3 to 1e5 K and densities up to
    some 1e16 cm^-3.

    The reactions of `primordial`, of which these are newer or know the density, so that three-body formation of H2 and
    dissociation by H are in equilibrium where they should be, within 35 % from 1500 to 4000 K:

    - H- + H -> H2 + e-: Kreckel et al. 2010, Science 329, 69; H- + H+ -> 2 H: Stenrup, Larson & Elander 2009, Phys.
      Rev. A 79, 012713; H2 + H+ -> H2+ + H: Savin et al. 2004, ApJ 606, L167;
    - 3 H -> H2 + H: Forrey 2013, ApJ 773, L25; with H2 in place of one H an eighth of it, after Palla, Salpeter &
      Stahler 1983, ApJ 271, 632;
    - H2 + H -> 3 H: Martin, Schwarz & Mandy 1996, ApJ 461, 265; H2 + H2 -> H2 + 2 H: Lepp & Shull 1983, ApJ
      270, 578, as in Shapiro & Kang 1987, ApJ 318, 32.

    Deuterium after Galli & Palla 1998, A&A 335, 403 and 2002, Planet. Space Sci. 50, 1197 (with Gerlich 1982 for H2 +
    D+, Mielke et al. 2003 for H2 + D and Shavitt 1959 for HD + H), Stancil, Lepp & Dalgarno 1998, ApJ 509, 1, and
    Savin 2002, ApJ 566, 599 (charge exchange of D). Start from `primordial_collapse_abundances`, and heat and cool with
    `eqxfuse.thermal.primordial()`.
    """
    table = fits() | _hydrogen() | _deuterium()
    reactions = [Reaction.from_equation(e, f, id=i) for i, (e, f) in enumerate(table.items(), start=1)]
    species = (*SPECIES, "D", "D+", "D-", "HD", "HD+")
    return Network.from_reactions(reactions, species=species, name="primordial collapse")


_FORREY = "6e-32*Tgas**(-0.25)+2e-31*Tgas**(-0.5)"
_CRITICAL = "10**(4.845-1.3*log10(Tgas/1e4)+1.62*log10(Tgas/1e4)**2)"
_SHARE = f"1/(1+get_Hnuclei(n(:))/{_CRITICAL})"
_THIN = "1.18e-10*exp(-6.95e4/Tgas)"
_DENSE = "8.125e-8/sqrt(Tgas)*exp(-5.2e4/Tgas)*(1-exp(-6e3/Tgas))"
_SAVIN = (-3.3232183e-7, 3.3735382e-7, -1.4491368e-7, 3.4172805e-8, -4.7813728e-9, 3.9731542e-10, -1.8171411e-11,
          3.5311932e-13)  # fmt: skip
_KRECKEL = (
    "1.35e-9*(Tgas**9.8493e-2+0.32852*Tgas**0.5561+2.771e-7*Tgas**2.1826)"
    "/(1+6.191e-3*Tgas**1.0461+8.9712e-11*Tgas**3.0424+3.2576e-14*Tgas**3.7741)"
)


def _hydrogen() -> dict[str, list[Fit]]:
    """What stands here instead of that of `primordial`."""
    savin = "+".join(f"({a!r})*log(Tgas)**{power}" for power, a in enumerate(_SAVIN))
    return {
        "H- + H -> H2 + e-": [Fit(Expression(_KRECKEL), 1.0, 1e4)],
        "H- + H+ -> 2 H": [Fit(Expression("2.96e-6/sqrt(Tgas)-1.73e-9+2.5e-10*sqrt(Tgas)-7.77e-13*Tgas"), 10.0, 1e5)],
        "H2 + H+ -> H2+ + H": [Fit(Expression(f"({savin})*exp(-21237.15/Tgas)"), 100.0, 3e4)],
        "3 H -> H2 + H": [Fit(Expression(_FORREY))],
        "2 H + H2 -> 2 H2": [Fit(Expression(f"({_FORREY})/8"))],
        "H2 + H -> 3 H": [Fit(Expression("dissH2_Martin96(n,Tgas)"))],
        "H2 + H2 -> H2 + 2 H": [Fit(Expression(f"({_DENSE})**(1-{_SHARE})*({_THIN})**({_SHARE})"))],
    }


def _deuterium() -> dict[str, list[Fit]]:
    associates = decimal_polynomial(-19.38, -1.523, 1.118, -0.1269)
    exchanges = decimal_polynomial(-56.4737, 5.88886, 7.19692, 2.25069, -2.16903, 0.317887)
    return {
        "D+ + e- -> D": [Fit(Kooij(3.6e-12, -0.75))],
        "D + H+ -> D+ + H": [Fit(Expression("2e-10*Tgas**0.402*exp(-37.1/Tgas)-3.31e-17*Tgas**1.48"), 2.7, 2e5)],
        "D+ + H -> D + H+": [Fit(Expression("2.06e-10*Tgas**0.396*exp(-33/Tgas)+2.03e-9*Tgas**(-0.332)"), 2.7, 2e5)],
        "H2 + D+ -> HD + H+": [Fit(Expression("1e-9*(0.417+0.846*log10(Tgas)-0.137*log10(Tgas)**2)"), 1.0, 1e4)],
        "HD + H+ -> H2 + D+": [Fit(Kooij(1.1e-9, 0.0, 488.0))],
        "H2 + D -> HD + H": [Fit(exchanges, 0.0, 2000.0), Fit(Kooij(3.17e-10, 0.0, 5207.0), 2000.0)],
        "HD + H -> H2 + D": [
            Fit(Kooij(5.25e-11, 0.0, 4430.0), 0.0, 200.0),
            Fit(Expression("5.25e-11*exp(-4430/Tgas+1.739e5/Tgas**2)"), 200.0),
        ],
        "D + H- -> HD + e-": [Fit(Kooij(1.5e-9, -0.1))],
        "D- + H -> HD + e-": [Fit(Kooij(1.5e-9, -0.1))],
        "H + D -> HD": [Fit(Kooij(1e-25))],
        "D + H+ -> HD+": [Fit(associates)],
        "H + D+ -> HD+": [Fit(associates)],
        "HD+ + H -> HD + H+": [Fit(Kooij(6.4e-10))],
        "HD+ + e- -> H + D": [Fit(kooij_of(7.2e-8, -0.5))],
        "D + e- -> D-": [Fit(Expression("3e-16*(Tgas/300)**0.95*exp(-Tgas/9320)"))],
        "D + H- -> D- + H": [Fit(Kooij(6.4e-9, 0.41))],
        "D- + H -> D + H-": [Fit(Kooij(6.4e-9, 0.41))],
        "D- + H+ -> D + H": [Fit(Kooij(4.6e-8, -0.5))],
        "D+ + H- -> D + H": [Fit(Kooij(4.6e-8, -0.5))],
        "D+ + D- -> 2 D": [Fit(Kooij(5.7e-8, -0.5))],
    }
