"""Names of species: composition, charge, mass."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eqxfuse import Species


@pytest.mark.parametrize(
    ("name", "composition", "charge"),
    [
        ("H", {"H": 1}, 0),
        ("He", {"He": 1}, 0),
        ("C+", {"C": 1}, 1),
        ("Fe++", {"Fe": 1}, 2),
        ("H-", {"H": 1}, -1),
        ("C2-", {"C": 2}, -1),
        ("HCO+", {"H": 1, "C": 1, "O": 1}, 1),
        ("Co", {"Co": 1}, 0),
        ("CO", {"C": 1, "O": 1}, 0),
        ("CH3CHO", {"C": 2, "H": 4, "O": 1}, 0),
        ("HC10N+", {"H": 1, "C": 10, "N": 1}, 1),
        ("SiC4", {"Si": 1, "C": 4}, 0),
        ("c-C3H2", {"C": 3, "H": 2}, 0),
        ("l-SiC3+", {"Si": 1, "C": 3}, 1),
        ("cis-HCOOH", {"H": 2, "C": 1, "O": 2}, 0),
        ("E-HNCHCN", {"H": 2, "N": 2, "C": 2}, 0),
        ("o-H2", {"H": 2}, 0),
        ("oH2", {"H": 2}, 0),
        ("pD2H+", {"D": 2, "H": 1}, 1),
        ("lC3H2", {"C": 3, "H": 2}, 0),
        ("GRAIN0", {"GRAIN": 1}, 0),
        ("GRAIN-", {"GRAIN": 1}, -1),
    ],
)
def test_from_name(name, composition, charge):
    species = Species.from_name(name)
    assert dict(species.composition) == composition
    assert species.charge == charge
    assert species.name == name


@pytest.mark.parametrize(
    ("name", "composition", "charge"),
    [
        ("HE+", {"He": 1}, 1),
        ("MG", {"Mg": 1}, 0),
        ("HCL", {"H": 1, "Cl": 1}, 0),
        ("CS", {"C": 1, "S": 1}, 0),
        ("SIS+", {"Si": 1, "S": 1}, 1),
        ("CO", {"C": 1, "O": 1}, 0),
        ("NAH", {"Na": 1, "H": 1}, 0),
        ("H2SIO", {"H": 2, "Si": 1, "O": 1}, 0),
    ],
)
def test_upper_case(name, composition, charge):
    species = Species.from_name(name, upper_case=True)
    assert dict(species.composition) == composition
    assert species.charge == charge


@pytest.mark.parametrize("name", ["e-", "E-", "E", "e"])
def test_electron(name):
    electron = Species.from_name(name)
    assert electron.composition == ()
    assert electron.charge == -1
    assert electron.mass == pytest.approx(5.48579909e-4)


@pytest.mark.parametrize("name", ["", "+", "C+-", "Xy", "PHOTON", "H0", "C1000", "h2", "H2O*", "H\u0662"])
def test_not_a_formula(name):
    with pytest.raises(ValueError, match="species"):
        Species.from_name(name)


def test_mass_counts_the_missing_electrons():
    assert Species.from_name("H2O").mass == pytest.approx(18.015)
    assert Species.from_name("H").mass - Species.from_name("H+").mass == pytest.approx(5.48579909e-4, rel=1e-10)
    assert Species.from_name("HCO+").mass == pytest.approx(29.018 - 5.48579909e-4)
    assert Species.from_name("GRAIN0").mass == 0
    assert math.isnan(Species("M").mass)


def test_lenient_keeps_the_charge_of_an_opaque_species():
    assert Species.lenient("PAH+") == Species("PAH+", None, 1)
    assert Species.lenient("M") == Species("M", None, 0)
    assert Species.lenient("HE", upper_case=True) == Species("HE", (("He", 1),), 0)


@pytest.mark.parametrize("name", ["HE+", "SIO", "HCL", "NA", "MGH", "FE", "H2SIO+"])
def test_lenient_reads_capitals_that_are_no_formula_otherwise(name):
    with pytest.raises(ValueError, match="does not start with an element"):
        Species.from_name(name)
    assert Species.lenient(name) == Species.from_name(name, upper_case=True)


@pytest.mark.parametrize("name", ["", " ", "\t"])
def test_a_species_has_a_name(name):
    for make in (Species, Species.lenient):
        with pytest.raises(ValueError, match="a species needs a name"):
            make(name)


@given(st.text(max_size=20).filter(str.strip))
def test_any_text_is_a_species_or_a_value_error(name):
    try:
        species = Species.from_name(name)
    except ValueError:
        capitals = Species.lenient(name)
        assert capitals.composition is None or capitals == Species.from_name(name, upper_case=True)
    else:
        assert math.isfinite(species.mass)
        assert Species.lenient(name) == species
