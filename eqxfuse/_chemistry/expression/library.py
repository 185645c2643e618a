"""Functions that network files call without a definition, as expressions of their arguments and of each other."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Function:
    """`result` is an expression of `arguments` and `local` variables. An argument `n` stands for all densities."""

    arguments: tuple[str, ...]
    result: str
    source: str
    local: tuple[tuple[str, str], ...] = ()


_MARTIN = (
    (
        -178.4239, -68.42243, 43.20243, -4.633167, 69.70086, 40870.38, -23705.70, 128.8953, -53.91334, 5.315517,
        -19.73427, 16780.95, -25786.11, 14.82123, -4.890915, 0.4749030, -133.8283, -1.164408, 0.8227443, 0.5864073,
        -2.056313,
    ),
    (
        -142.7664, 42.70741, -2.027365, -0.2582097, 21.36094, 27535.31, -21467.79, 60.34928, -27.43096, 2.676150,
        -11.28215, 14254.55, -23125.20, 9.305564, -2.464009, 0.1985955, 743.0600, -1.174242, 0.7502286, 0.2358848,
        2.937507,
    ),
)  # fmt: skip
"""Dissociation by collisions, and by tunnelling: columns of table 1 of Martin et al. 1996."""


def _martin(i: int) -> tuple[tuple[str, str], ...]:
    """Equations 6 to 9 of Martin et al. 1996; `high` and `low` in log10 of cm^3 s^-1, the limits of density."""
    a = [f"({value!r})" for value in _MARTIN[i]]
    return (
        (f"high{i}", f"{a[0]}+{a[1]}*lt+{a[2]}*lt**2+{a[3]}*lt**3+{a[4]}*log10(1+{a[5]}/t)"),
        (f"high{i}x", f"{a[6]}/t"),
        (f"low{i}", f"{a[7]}+{a[8]}*lt+{a[9]}*lt**2+{a[10]}*log10(1+{a[11]}/t)"),
        (f"low{i}x", f"{a[12]}/t"),
        (f"crit{i}", f"{a[13]}+{a[14]}*lt+{a[15]}*lt**2+{a[16]}/t"),
        (f"p{i}", f"{a[18]}+{a[19]}*exp(-t/1850.)+{a[20]}*exp(-t/440.)"),
        (f"own{i}", f"high{i}-(high{i}-low{i})/(1+(nh/10.**crit{i})**p{i})"),
        (f"tail{i}", f"high{i}x-(high{i}x-low{i}x)/(1+(nh/10.**({a[17]}+crit{i}))**p{i})"),
        (f"k{i}", f"10.**(own{i}+tail{i})"),
    )


FIELDS = {"far_uv": "g0", "d2g": "dust_to_gas"}
"""Names of fields of `Conditions` in these functions."""

_COMMON = (("lt", "log10(t)"), ("nh", "get_hnuclei(n)"), *_martin(0), *_martin(1))
_CRITICAL = (
    ("l4", "log10(t/1e4)"),
    ("share_h", "max(n(idx_H)/nh,1e-40)/10.**(3.-0.416*l4-0.327*l4**2)"),
    ("share_h2", "max(n(idx_H2)/nh,1e-40)/10.**(4.845-1.3*l4+1.62*l4**2)"),
    ("x", "nh*(share_h+share_h2)"),
)
_MARTIN_SOURCE = "Martin, Schwarz & Mandy 1996, ApJ 461, 265"
_HUNTER = "10.**(x/(1+x)*dense+1/(1+x)*thin)"
"""`dense` and `thin` are logarithms: below some 90 K what they are of is too small for a number."""
_DENSE = (
    ("first", "high0+high0x"),
    ("other", "high1+high1x"),
    ("both", "max(first,other)+log10(1+10.**(-abs(first-other)))"),
)
_GRAINS = "Weingartner & Draine 2001, ApJ 563, 842, eq. 8 and table 3"


def _on_grains(scale: float, c: tuple[float, ...]) -> Function:
    """Recombination of ions on grains, in a field of 1.69 Habing units for each of Draine's."""
    psi = ("psi", "1.69*far_uv*sqrt(t)/n(idx_E)")
    safe = ("p", "merge(psi,1.,psi>0.)")
    k = f"{scale!r}*d2g/0.01/(1+{c[0]!r}*p**{c[1]!r}*(1+{c[2]!r}*t**{c[3]!r}*p**({-c[4]!r}-{c[5]!r}*log(t))))"
    return Function(("n", "t"), f"merge({k},0.,psi>0.)", _GRAINS, (psi, safe))


_H_ON_GRAINS = (1.225e-13, (8.074e-6, 1.378, 5.087e2, 0.01586, 0.4723, 1.102e-5))

FUNCTIONS = {
    "dissh2_martin96": Function(("n", "t"), "k0+k1", _MARTIN_SOURCE, _COMMON),
    "dissh2h_hunter23": Function(
        ("n", "t"), _HUNTER, f"Mac Low & Shull 1986, ApJ 302, 585 (thin gas); {_MARTIN_SOURCE} (dense gas)",
        (
            *_COMMON, *_CRITICAL, *_DENSE,
            ("thin", "log10(6.67e-12*sqrt(t))-(1+63590./t)/log(10.)"), ("dense", "both"),
        ),
    ),
    "dissh2h2_hunter23": Function(
        ("n", "t"), _HUNTER,
        f"Gong, Ostriker & Wolfire 2017, ApJ 843, 38 (thin gas); {_MARTIN_SOURCE}, over 8 (dense gas)",
        (
            *_COMMON, *_CRITICAL, *_DENSE,
            ("thin", "log10(5.996e-30*t**4.1881/(1+6.761e-6*t)**5.6881)-54657.4/t/log(10.)"),
            ("dense", "both-log10(8.)"),
        ),
    ),
    "fselfh2": Function(
        ("column", "b"), "0.965/(1+x/(b/1e5))**2+0.035/sqrt(1+x)*exp(max(-8.5e-4*sqrt(1+x),-250.))",
        "Draine & Bertoldi 1996, ApJ 468, 269, eq. 37", (("x", "column/5e14"),),
    ),
    "fhnoj": Function(
        ("a",), "merge(exp(-2.55*a+0.0165*a**2),exp(-2.8*a),a<=15.)", "Glover et al. 2010, MNRAS 404, 2, table B2"
    ),
    "colion_v96": Function(
        ("t", "de", "p", "a", "x", "k"), "a*(1+p*sqrt(u))*u**k*exp(-u)/(x+u)",
        "Voronov 1997, ADNDT 65, 1", (("u", "de/(8.621738e-5*t)"),),
    ),
    "h_recombination_on_dust": _on_grains(*_H_ON_GRAINS),
    "he_recombination_on_dust": _on_grains(5.572e-14, (3.185e-7, 1.512, 5.115e3, 3.903e-7, 0.4956, 5.494e-7)),
    "c_recombination_on_dust": _on_grains(4.558e-13, (6.089e-3, 1.128, 4.331e2, 0.04845, 0.8120, 1.333e-4)),
    "si_recombination_on_dust": _on_grains(2.166e-14, (5.678e-8, 1.874, 4.375e4, 1.635e-6, 0.8964, 7.538e-5)),
    "o_recombination_on_dust": _on_grains(0.25 * _H_ON_GRAINS[0], _H_ON_GRAINS[1]),
}  # fmt: skip
"""By name in small letters."""
