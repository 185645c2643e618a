"""What expressions mean: as Fortran has it."""

import math
import time

import numpy as np
import pytest

from eqxfuse import Conditions
from eqxfuse.rate_laws import Expression

T = 250.0
AT = Conditions(T, 2e4, zeta=3e-17, g0=2.0, av=0.7, dust_temperature=14.0, parameters={"user_G": 2.5})


def value(text, densities=()):
    law = Expression(text)
    return float(law.coefficient(AT) * law.modifier(AT, densities))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-2d0**2", -4.0),
        ("2d0**3**2", 512.0),
        ("2d0**-1", 0.5),
        ("3d0*-2d0", -6.0),
        ("1d0-2d0-3d0", -4.0),
        ("8d0/2d0/2d0", 2.0),
        ("-2d0*3d0", -6.0),
        ("1.d1**(-.5)", 10**-0.5),
        ("merge(1d0, 2d0, .not. Tgas < 1d2 .and. Tgas.gt.1d1 .or. Tgas == 0d0)", 1.0),
        ("merge(1d0, 2d0, Tgas /= 250.)", 2.0),
        ("merge(1d0,2d0,Tgas.le..25e3)", 1.0),
        ("merge(1d0,2d0,1.le.2)", 1.0),
        ("merge(1d0,2d0,1.eq.2.)", 2.0),
        ("max(1d0,Tgas,3d0)+min(4d0,Tgas)", T + 4),
        ("10**(-1.5)", 10**-1.5),
        ("2**3/4*1d0", 2.0),
        ("dexp(1d0)*dlog(2d0)+dlog10(1d2)+dsqrt(4.0_8)+abs(-1d0)+tanh(0d0)", math.e * math.log(2) + 5),
        ("1.5D+3 + 1D-1 + 2E1 + 0.5e0_8", 1520.6),
        ("007*1d0", 7.0),
        ("tgas**2.0*TGAS**(-2)*Tgas**0", 1.0),
        ("log(Tgas)-lnT + log10(tgas)-logT", 0.0),
        ("Te*invTe + t32/t3 + T4*1d4/Tgas + sqrTgas*invsqrT", 4.0),
        ("Te", 8.617343e-5 * T),
        ("t0**2 - t02 + phys_Tcmb", 2.73),
        ("user_crate + user_Tdust + user_Av", 3e-17 + 14.0 + 0.7),
        ("user_G*2", 5.0),
        ("get_Hnuclei(n(:))", 2e4),
        ("fHnOj(user_Av)", math.exp(-2.55 * 0.7 + 0.0165 * 0.49)),
    ],
)
def test_values(text, expected):
    np.testing.assert_allclose(value(text), expected, rtol=1e-14, atol=1e-14)


def test_densities_are_the_modifier():
    law = Expression("1e-9*exp(-1e2/Tgas)*n(idx_HCOj)/(1+n(idx_H2)*1e-4)*sum(n(1:nmols))")
    assert law.modifying_species == ("HCO+", "H2")
    assert law.modifying_totals == ("sum(n)",)
    np.testing.assert_allclose(law.coefficient(AT), 1e-9 * math.exp(-100 / T), rtol=1e-14)
    np.testing.assert_allclose(law.modifier(AT, (3.0, 1e4, 5.0)), 7.5, rtol=1e-14)
    shielding = Expression("fselfH2(1d15, 1d5)")
    expected = 0.965 / 9 + 0.035 / math.sqrt(3) * math.exp(-8.5e-4 * math.sqrt(3))
    np.testing.assert_allclose(shielding.coefficient(AT), expected, rtol=1e-14)


def test_laws_that_differ_in_numbers_alone_have_one_code():
    first, second = Expression("1e-9 * T32**.5*exp(-2e3/tgas)"), Expression("(3d-10)*(t32)**(0.7d0)*exp(-5/Tgas)")
    assert first.code == second.code
    assert first.numbers == (1e-9, 0.5, 2e3) and second.numbers == (3e-10, 0.7, 5.0)
    assert Expression("1e-9*T32**2").code != Expression("1e-9*T32**3").code


@pytest.mark.parametrize("text", ["1/2*Tgas", "2**(-1)*Tgas"])
def test_whole_numbers_that_vanish_are_told(text):
    with pytest.warns(UserWarning, match="whole numbers, 0 in Fortran and here"):
        assert value(text) == 0.0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1e-9*Tgsa", "column 6: nothing is called Tgsa; did you mean tgas"),
        ("T", "nothing is called T"),
        ("exq(Tgas)", "no function exq here"),
        ("mege(1d0,2d0,Tgas>1d0)", "no function mege here; did you mean merge"),
        ("exp(Tgas, 2d0)", "exp takes 1 argument, got 2"),
        ("1d0+", "breaks off or lacks an operator"),
        ("2 Tgas", "column 3: the expression breaks off or lacks an operator"),
        ("a[1]", r"column 2: '\[' has no meaning here"),
        ("1/0", "a whole number is divided by 0"),
        ("1d0/(1/2)**(-1)", "a whole number is divided by 0"),
        ("10**40*1d0", "a whole number is too large"),
        ("9**9**9**9", "a whole number is too large"),
        ("4000000000*Tgas", "a whole number is too large"),
        ("1e999", "no finite number"),
        ("", "the expression is empty"),
        ("1d0 < 2d0 < 3d0", "one comparison at a time"),
        ("(1d0<2d0)*3d0", "a number is needed here, not a condition"),
        ("merge(1d0,2d0,3d0)", "a condition is needed here"),
        ("n(3)", "the density of one species"),
        ("sum(Tgas)", "of all densities"),
        ("__import__", "'_' has no meaning here"),
        ("Tgas.real", "has no meaning here"),
        ("lambda: 1", "breaks off or lacks"),
        ("exp(x=1d0)", "has no meaning here"),
        ("[1d0 for x in y]", "has no meaning here"),
        ("'1'", "has no meaning here"),
    ],
)
def test_errors(text, why):
    with pytest.raises(ValueError, match=why):
        Expression(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "-" * 10_000 + "1d0",
        "1d0+" * 4000 + "1d0",
        "2d0**" * 3000 + "1d0",
        "exp(" * 150 + "1d0" + ")" * 150,
        "1" * 10_000,
        "1d0+" * 300_000 + "1d0",
        ".not." * 3000 + "(1d0<2d0)",
        "9**" * 3000 + "9",
    ],
    ids=len,
)
def test_hostile_texts_are_refused_at_once(text):
    began = time.perf_counter()
    with pytest.raises(ValueError, match=r"nested|levels|characters|digits|too large"):
        Expression(text)
    assert time.perf_counter() - began < 1.0


def test_texts_of_laws_are_read_as_the_same_laws():
    for text in (
        "-1e-9*(Tgas - 3.0)**2*exp(-(Tgas + 1.0)/5.0)",
        "2.0**(3.0**Tgas)*(Tgas/2.0)**0.5",
        "1.0 - (2.0 - Tgas)",
    ):
        law = Expression(text)
        again = Expression(repr(law).removeprefix("Expression('").removesuffix("')"))
        assert (again.code, again.numbers) == (law.code, law.numbers)
