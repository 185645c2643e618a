"""The UCLCHEM reader, row by row."""

import logging

import pytest

from eqxfuse import Conditions, Network
from eqxfuse.errors import NetworkFormatError
from eqxfuse.rate_laws import (
    ZETA_UCLCHEM,
    CosmicRay,
    CosmicRayPhoton,
    Fit,
    H2FormationCazauxTielens,
    IonPolar1,
    IonPolar2,
    Kooij,
    Photo,
    ShieldedC,
    ShieldedCO,
    ShieldedH2,
)
from tests.formats.snippets import UCLCHEM, UCLCHEM_HEADER


@pytest.fixture
def network(read) -> Network:
    return read(UCLCHEM)


def test_gas_phase_rows(network):
    assert [r.id for r in network.reactions] == list(range(1, 12))
    assert [r.source.line for r in network.reactions] == list(range(6, 17))
    assert network.species_names[:6] == ("H2", "H2+", "E-", "HCL", "H", "CL")
    assert network.elements == ("H", "Cl", "Mg", "C", "O", "He")
    assert not network.conservation_errors()


def test_rows_left_out_are_counted(read, caplog):
    with caplog.at_level(logging.INFO, logger="eqxfuse"):
        network = read(UCLCHEM)
    note = "rows left out of the 15 in the file: 4 (3 with species on grains or in the ice, 1 FREEZE of gas species)"
    assert network.notes == (note,)
    assert note in network.summary()
    assert note in caplog.text and "network.txt" in caplog.text


def test_laws(network):
    laws = [r.fits[0].law for r in network.reactions]
    assert laws == [
        CosmicRay(1.2e-17, ZETA_UCLCHEM),
        CosmicRayPhoton(1.3e-17, 0.0, 305.0, ZETA_UCLCHEM),
        Photo(7.9e-11, 2.1),
        ShieldedH2(),
        ShieldedCO(),
        ShieldedC(3.5e-10, 3.76),
        H2FormationCazauxTielens(1.0),
        Kooij(4.69e-19, 1.52, -50.5),
        Kooij(3.7e-14, 0.0, 35.0),
        IonPolar1(0.67, 9e-10, 5.5),
        IonPolar2(0.67, 9e-10, 5.5),
    ]
    assert [r.kind for r in network.reactions[6:10]] == ["H2FORM", "TWOBODY", "TWOBODY", "IONOPOL1"]


def test_formation_of_h2_has_one_factor(network):
    reaction = network.reactions[6]
    assert reaction.factors == ("H",)
    assert reaction.reactants == (("H", 2),)


def test_ranges(network):
    assert network.reactions[7].fits[0] == Fit(Kooij(4.69e-19, 1.52, -50.5), 10.0, 14700.0)
    assert [r.out_of_range for r in network.reactions] == ["zero"] * 8 + ["extrapolate"] + ["zero"] * 2


def test_self_shielded_reactions_run_at_any_temperature(read):
    """Whatever the policy: their laws have no range in UCLCHEM's code."""
    for policy in (None, "zero"):
        network = read(UCLCHEM, out_of_range=policy)
        for temperature in (5.0, 5e4):
            k = network.rate_table(Conditions(temperature=temperature, density=1e4, av=0.1))
            assert [float(k[j]) > 0 for j in range(6)] == [False, False, False, True, True, True]


def test_elements_are_in_capitals(network):
    assert network.species[network.index("HE+")].composition == (("He", 1),)
    assert network.species[network.index("MG+")].charge == 1


def test_columns_go_by_name(read, network):
    rows = [line.split(",") for line in UCLCHEM.rstrip().split("\n")]
    swapped = "\n".join(",".join([*row[:7], row[8], row[7], *row[9:12]]) for row in rows)
    shorter = read(swapped)
    assert [r.fits for r in shorter.reactions] == [r.fits for r in network.reactions]
    assert {r.out_of_range for r in shorter.reactions} == {"zero"}


_TAIL = "1e-10,0.0,0.0,10.0,300.0,0.0,False"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (f"H,O,NAN,OH,NAN,NAN,{_TAIL}", "expected 14 fields as in the header, got 13"),
        (f"H,O,NAN,OH,NAN,NAN,NAN,{_TAIL},1", "got 15"),
        ("H,O,NAN,OH,NAN,NAN,NAN,x,0.0,0.0,10.0,300.0,0.0,False", "Alpha must be a finite number, got 'x'"),
        ("H,O,NAN,OH,NAN,NAN,NAN,1,nan,0.0,10.0,300.0,0.0,False", "Beta must be a finite number"),
        ("H,O,NAN,OH,NAN,NAN,NAN,1,0,0.0,300.0,10.0,0.0,False", "got 300 to 10 K"),
        ("H,O,NAN,OH,NAN,NAN,NAN,1,0,0.0,-1,10.0,0.0,False", "got -1 to 10 K"),
        ("H,O,NAN,OH,NAN,NAN,NAN,1,0,0.0,1,10.0,0.0,maybe", "extrapolate must be True or False, got 'maybe'"),
        (f"H,XRAY,NAN,H+,E-,NAN,NAN,{_TAIL}", "'XRAY' is no known reaction type"),
        (f"H,CRP,PHOTON,H+,E-,NAN,NAN,{_TAIL}", "a row has one type, got CRP and PHOTON"),
        (f"H,O,PHOTON,OH,NAN,NAN,NAN,{_TAIL}", "PHOTON takes 1 species as reactants, got 2"),
        (f"H,NAN,NAN,H+,E-,NAN,NAN,{_TAIL}", "TWOBODY takes 2 species as reactants, got 1"),
        (f"H,O,H2FORM,OH,NAN,NAN,NAN,{_TAIL}", "formation of H2 from two H, got H + O"),
        (f"H,O,NAN,NAN,NAN,NAN,NAN,{_TAIL}", "no product"),
        (f"H,7,NAN,OH,NAN,NAN,NAN,{_TAIL}", "'7' is not the name of a species"),
        (f"H,FOO,NAN,H+,E-,NAN,NAN,{_TAIL}", "'FOO' is no known reaction type"),
        (f"FOO,H2,NAN,H,H,NAN,NAN,{_TAIL}", "'FOO' is no known reaction type"),
        ("H,O,NAN,OH,NAN,NAN,NAN,1e-10,0,-1e6,10.0,300.0,0.0,False", "the rate coefficient overflows at 10 K"),
    ],
)
def test_refused_rows(read, row, why):
    with pytest.raises(NetworkFormatError) as caught:
        read(UCLCHEM + row + "\n")
    assert why in caught.value.why
    assert (caught.value.line, caught.value.text) == (17, row)


def test_shielding_needs_its_species(read):
    text = f"{UCLCHEM_HEADER}\nCO,PHOTON,NAN,O,C,NAN,NAN,2.4e-10,0.0,3.88,10.0,41000.0,0.0,False\n"
    with pytest.raises(NetworkFormatError, match="shielding needs H2") as caught:
        read(text)
    assert caught.value.line == 2


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (UCLCHEM_HEADER.replace("Alpha,", ""), "the header lacks Alpha"),
        (UCLCHEM_HEADER.replace("reduced_mass", "Alpha"), "names a column twice"),
    ],
)
def test_refused_headers(read, header, why):
    with pytest.raises(NetworkFormatError, match=why) as caught:
        read(header + "\n" + f"H,O,NAN,OH,NAN,NAN,NAN,{_TAIL}")
    assert caught.value.line == 1


def test_only_grain_rows(read):
    with pytest.raises(NetworkFormatError, match=r"no reaction; rows left out of the 2 in the file: 2"):
        read("\n".join(UCLCHEM.split("\n")[:3]))
