"""PRIZMO's network files: rows, blocks, and what is refused."""

import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import NetworkFormatError

FILE = """# made for this test
VARIABLES{
  tx = Tgas32**(-0.5)
}
VARIABLES{ ty = 2d0*tx }
H+ + E -> H                 [, 1.0e4]        3.5e-12 * tx   ! a remark
H + CH -> C + H2            [3.0e2, 2.0e3]   2.7e-11 * &
   Tgas32**(0.38)
PROTOTYPE[VAR1_00 * exp(VAR2_00*invTgas)]{
  H2 + He+ -> He + H+ + H   [30., ]          3.7e-14 * exp(-35.0*invTgas)
}
H + H -> H2                 []               2.1e-17 * d2g / 1d-2
H -> H+ + e-                []               0.46 * user_cr
H -> H+ + E                 []               1e-10*exp(-user_Av)*ty
DUMMY{CO_DUST, Xx}
"""


def test_reads_everything_of_a_file(read):
    network = read(FILE)
    assert [r.equation for r in network.reactions] == [
        "H+ + E -> H", "H + CH -> C + H2", "H2 + He+ -> He + H+ + H", "H + H -> H2", "H -> H+ + E", "H -> H+ + E",
    ]  # fmt: skip
    assert [(r.fits[0].t_min, r.fits[0].t_max) for r in network.reactions[:3]] == [
        (0.0, 1e4), (300.0, 2000.0), (30.0, np.inf)
    ]  # fmt: skip
    assert network.reactions[1].source.line == 7
    assert network.policies == "extrapolate"
    assert network.species_names[-2:] == ("CO_DUST", "Xx")
    assert network.species[-2].composition == (("C", 1), ("O", 1)) and network.species[-1].composition is None
    assert network.reactions[3].factors == ("H", "H")
    t = 75.0
    k = network.rate_table(ef.Conditions(t, 1.0, zeta=2e-17, av=0.5, dust_to_gas=0.02))
    expected = [7e-12, 2.7e-11 * 0.25**0.38, 3.7e-14 * np.exp(-35 / t), 4.2e-17, 9.2e-18, 4e-10 * np.exp(-0.5)]
    np.testing.assert_allclose(k, expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("CO -> C + O [] PHOTO, 1e99", "the rate is PHOTO"),
        ("CO -> CO_DUST []", "the row stands for freeze-out"),
        ("CO_DUST -> CO [] 1390.", "binding energy"),
        ("_DUST -> CO [] 1390.", "binding energy"),
        ("CO -> C + O []", "the row has no rate"),
        ("CO -> C + O [] own(Tgas)", "no function own here"),
        ("FUNCTION{\nfunction own(t) result(x)\nx = t\nend function\n}", "the Fortran of the function own"),
    ],
)
def test_rows_that_need_what_is_not_here_are_refused_or_left_out(read, line, why):
    with pytest.raises(NetworkFormatError, match="leaves them out") as error:
        read(f"{FILE}{line}\n")
    assert why in error.value.why
    network = read(f"{FILE}{line}\n", unsupported="skip")
    assert len(network.reactions) == 6
    assert why in network.notes[-1]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("CO = C + O [] 1.", "a reaction stands as"),
        ("CO -> C + O [1,2,3] 1.", "limits of temperature stand as"),
        ("CO -> C + O [5, 2] 1.", "0 <= Tmin <= Tmax"),
        ("VARIABLES{ tx = 1d0 }", "defined twice"),
        ("VARIABLES{ tz }", "a variable stands as"),
        ("VARIABLES{", "the file ends inside of VARIABLES"),
        ("CO -> C + O [] 1. &", "the file ends where & promises more"),
    ],
)
def test_mistakes_are_refused_whatever_is_asked(read, line, why):
    with pytest.raises(NetworkFormatError, match=r".") as error:
        read(f"{FILE}{line}\n", unsupported="skip")
    assert why in error.value.why
