"""The latent_tgas reader, row by row."""

import pytest

from eqxfuse import Network
from eqxfuse.errors import NetworkFormatError
from eqxfuse.rate_laws import CosmicRay, Fit, H2FormationSimple, Kooij, Photo
from tests.formats.snippets import LATENT_TGAS


@pytest.fixture
def network(read) -> Network:
    return read(LATENT_TGAS)


def test_reactions(network):
    assert [r.id for r in network.reactions] == [1, 2, 3, 4, 5, 6]
    assert [r.fits for r in network.reactions[:5]] == [
        (Fit(Kooij(1.1e-7, -0.5, 0.0)),),
        (Fit(CosmicRay(2.8)),),
        (Fit(H2FormationSimple(2.121e-17)),),
        (Fit(Photo(7.72e-10)),),
        (Fit(Kooij(5.673e-10, 0.0, 0.0)),),
    ]
    assert [r.kind for r in network.reactions[:5]] == ["KA", "CR", "H2Form", "FUV", "KA"]
    assert {r.out_of_range for r in network.reactions} == {"extrapolate"}
    assert network.species_names == ("H3O+", "E", "H2O", "H", "O", "O+", "H2", "OH", "C+", "CO+")
    assert not network.conservation_errors()


def test_formation_of_h2_has_two_factors(network):
    assert network.reactions[2].factors == ("H", "H")


def test_same_equation_twice_is_kept(network):
    assert network.duplicates() == ((4, 5),)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("O,,O+,E,2.8,0,0,XR", "unknown mechanism 'XR'; known are KA, CR, FUV, H2Form"),
        ("O,,O+,E,2.8,0,0,", "unknown mechanism ''"),
        ("O,,O+,E,2.8,0,0", "expected 8 fields as in the header, got 7"),
        ("O,,O+,E,2.8,,0,CR", "b must be a finite number, got ''"),
        ("O,H,OH,,2.8,0,0,CR", "CR takes 1 species as reactants, got 2"),
        ("H,,H2,,2.8,0,0,H2Form", "from two H, got H"),
        (",,O+,E,2.8,0,0,KA", "no reactant"),
        ("O,,,,2.8,0,0,CR", "no product"),
        ("O,Xy,O+,E,2.8,0,0,KA", "'Xy' does not start with an element"),
    ],
)
def test_refused_rows(read, row, why):
    with pytest.raises(NetworkFormatError) as caught:
        read(LATENT_TGAS + row)
    assert why in caught.value.why
    assert (caught.value.line, caught.value.text) == (8, row)
