"""The UMIST reader, row by row."""

import pytest

from eqxfuse import Network
from eqxfuse.errors import NetworkFormatError
from eqxfuse.rate_laws import ZETA_UMIST, CosmicRay, CosmicRayPhoton, Fit, Kooij, Photo
from tests.formats.snippets import UMIST


@pytest.fixture
def network(read) -> Network:
    return read(UMIST)


def test_every_row_is_a_reaction(network):
    assert [r.id for r in network.reactions] == list(range(1, 9))
    assert [r.equation for r in network.reactions] == [
        "C- + C -> C2 + e-",
        "H2 -> H2+ + e-",
        "H2O -> OH + H",
        "CO -> O + C",
        "C + O -> CO",
        "C2H3+ + e- -> C2H + H + H",
        "H + H2 -> H + H + H",
        "c-C3H2 + O -> CO + C2H2",
    ]
    assert network.species_names[:8] == ("C-", "C", "C2", "e-", "H2", "H2+", "H2O", "OH")
    assert not network.conservation_errors()
    assert {r.out_of_range for r in network.reactions} == {"extrapolate"}


def test_laws_and_ranges(network):
    fits = [r.fits for r in network.reactions]
    assert fits[0] == (Fit(Kooij(5e-10, 0.0, 0.0), 10, 41000),)
    assert fits[1] == (Fit(CosmicRay(1.2e-17, ZETA_UMIST), 10, 41000),)
    assert fits[2] == (Fit(CosmicRayPhoton(1.3e-17, 0.0, 485.5, ZETA_UMIST), 10, 41000),)
    assert fits[3] == (Fit(Photo(2.4e-10, 3.5), 10, 41000),)
    assert fits[5] == (Fit(Kooij(2.95e-7, -0.84, 0.0), 50, 1000), Fit(Kooij(5.65e-7, -1.38, 0.0), 1000, 30000))
    assert [r.kind for r in network.reactions[:4]] == ["AD", "CP", "CR", "PH"]


def test_catalysts_stay_in_the_rate(network):
    assert network.reactions[6].factors == ("H", "H2")
    assert dict(network.reactions[6].net_change) == {"H": 2, "H2": -1}


def test_source_is_the_row(network):
    source = network.reactions[5].source
    assert (source.line, source.text) == (6, UMIST.split("\n")[5])
    assert source.path.endswith("network.txt")


def test_comments_blank_lines_and_line_ends(read, network):
    text = "# a comment\n\n" + UMIST.replace("\n", "   \r\n")
    other = read("\ufeff" + text)
    assert other == network
    assert other.reactions[0].source.line == 3


def test_an_odd_quote_does_not_swallow_the_next_row(network):
    assert network.reactions[6].fits[0].law == Kooij(4.67e-7, -1.0, 55000.0)
    assert network.reactions[7].id == 8


def test_other_names_are_opaque_and_keep_their_charge(read):
    network = read("1:NN:PAH+:e-:PAH::::1:1e-6:0:0:10:100:L:A::\n")
    assert [(s.name, s.composition, s.charge) for s in network.species][::2] == [
        ("PAH+", None, 1),
        ("PAH", None, 0),
    ]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("1:NN:H:O:OH::::1:1e-10:0.0:0.0:10:100", "fit 1 is incomplete"),
        ("1:NN:H:O:OH::::1:1e-10", "fit 1 is incomplete"),
        ("1:NN:H:O:OH::::1", "got 9 fields"),
        ("1:NN:H:O", "got 4 fields"),
        ('1:NN:H:O:OH::::2:1e-10:0.0:0.0:10:100:L:A:"":"":', "announces 2 fits of nine fields, but fit 2"),
        ('1:NN:H:O:OH::::1:1e-10:0:0:10:100:L:A:"":"":2e-10:0:0:100:300:L:A:"":"":', "goes on after the 1 fits"),
        ("1:NN:H:O:OH::::0:1e-10:0:0:10:100:L:A::", "at least one fit"),
        ("1:NN:H:O:OH::::x:1e-10:0:0:10:100:L:A::", "the number of fits must be a whole number, got 'x'"),
        ("x:NN:H:O:OH::::1:1e-10:0:0:10:100:L:A::", "the id must be a whole number"),
        ("1:ZZ:H:O:OH::::1:1e-10:0:0:10:100:L:A::", "unknown reaction type 'ZZ'; known are AD"),
        ("1:NN:H:O:OH::::1:1e-1O:0:0:10:100:L:A::", "alpha must be a finite number, got '1e-1O'"),
        ("1:NN:H:O:OH::::1:nan:0:0:10:100:L:A::", "alpha must be a finite number"),
        ("1:NN:H:O:OH::::1:1e-10:inf:0:10:100:L:A::", "beta must be a finite number"),
        ("1:NN:H:O:OH::::1:1e-10:0:1e999:10:100:L:A::", "gamma must be a finite number"),
        ("1:NN:H:O:OH::::1:1_0:0:0:10:100:L:A::", "alpha must be a finite number"),
        ("1:NN:H:O:OH::::1:1e-10:0:0::100:L:A::", "Tlo must be a finite number, got ''"),
        ("1:NN:H:O:OH::::1:1e-10:0:0:-10:100:L:A::", "0 <= Tmin <= Tmax, got -10 to 100"),
        ("1:NN:H:O:OH::::1:1e-10:0:0:200:100:L:A::", "got 200 to 100"),
        ("1:NN:H::OH::::1:1e-10:0:0:10:100:L:A::", "type NN takes 2 species as reactants, got 1: H"),
        ("1:NN:H:O:::::1:1e-10:0:0:10:100:L:A::", "no product"),
        ("1:NN:H:PHOTON:H+:e-:::1:1e-10:0:0:10:100:L:A::", "type NN goes with no agent, got PHOTON"),
        ("1:PH:H:CRP:H+:e-:::1:1e-10:0:0:10:100:L:A::", "type PH goes with PHOTON, got CRP"),
        ("1:CP:H:O:H+:e-:::1:1e-10:0:0:10:100:L:A::", "type CP goes with CRP, got none"),
        ("1:NN:H:1e-9:OH::::1:1e-10:0:0:10:100:L:A::", "'1e-9' is not the name of a species"),
        ("1:NN:H:O H:OH::::1:1e-10:0:0:10:100:L:A::", "'O H' is not the name of a species"),
        ("1:NN:H:\u00d4:OH::::1:1e-10:0:0:10:100:L:A::", "is not the name of a species"),
        ("not a row", "got 1 fields"),
    ],
)
def test_refused_rows(read, row, why):
    with pytest.raises(NetworkFormatError) as caught:
        read(UMIST + row + "\n" + UMIST, format="umist")
    error = caught.value
    assert why in error.why
    assert (error.line, error.text) == (9, row)
    assert f"network.txt:9: {error.why}" in str(error)
