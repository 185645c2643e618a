"""The KIDA reader, row by row."""

import math

import jax.numpy as jnp
import pytest

from eqxfuse import Conditions, Network
from eqxfuse.errors import NetworkFormatError
from eqxfuse.rate_laws import (
    CosmicRay,
    Fit,
    GrainCharging,
    H2OnGrain,
    HOnGrain,
    IonPolar1,
    IonPolar2,
    Kooij,
    Photo,
    ThreeBody,
)
from tests.formats.snippets import KIDA, kida_row


@pytest.fixture
def network(read) -> Network:
    return read(KIDA)


def test_rows_with_the_same_id_are_one_reaction(network):
    assert [r.id for r in network.reactions] == list(range(1, 13))
    assert network.reactions[4].fits == (
        Fit(IonPolar1(1.0, 1.2e-9, 1.5), 10, 233),
        Fit(IonPolar2(1.0, 1.2e-9, 1.5), 234, 800),
    )
    assert network.reactions[4].source.line == 6
    assert {r.out_of_range for r in network.reactions} == {"clamp"}


def test_laws(network):
    laws = {r.id: r.fits[0].law for r in network.reactions if r.id != 5}
    assert laws == {
        1: CosmicRay(5.0),
        2: CosmicRay(1750.0),
        3: Photo(1.9e-9, 1.7),
        4: CosmicRay(1.9e-9),
        6: Kooij(2.1e-19, 0.0, 0.0),
        7: Kooij(1.1e-19, 0.0, 0.0),
        8: GrainCharging(1.5e-5, 0.5),
        9: H2OnGrain(1.0),
        10: HOnGrain(7.92e-5, 0.5),
        11: ThreeBody(1e-32, 0.0, 0.0),
        12: Kooij(6e-11, 0.0, 0.0),
    }


def test_no_limits(network):
    ranges = {r.id: (r.fits[0].t_min, r.fits[0].t_max) for r in network.reactions}
    assert ranges[1] == (0, math.inf)
    assert ranges[12] == (639, math.inf)
    assert ranges[6] == (10, 300)


def test_agents_and_third_bodies_are_no_species(network):
    assert {"CR", "CRP", "Photon", "M"}.isdisjoint(network.species_names)
    assert network.reactions[5].products == (("CO", 1),)
    assert network.reactions[10].factors == ("H", "H")


def test_same_equation_under_two_ids_is_kept_and_reported(network):
    assert network.duplicates() == ((5, 6),)


def test_case_and_prefixes_count(network):
    assert network.index("l-C3H2") != network.index("c-C3H2")


def test_hydrogen_on_grains_is_conserved(network):
    assert network.species[network.index("XH")].composition == (("H", 1),)
    assert network.conservation_errors() == {}
    assert network.reactions[8].factors == ("XH", "XH")
    assert network.reactions[9].factors == ("H",)


def test_hydrogen_on_grains_makes_half_of_what_sticks(network):
    """In a steady state of XH the flux of H2 is half the flux of H onto grains."""
    k = network.rate_table(Conditions(temperature=20.0, density=1e4))
    stick = k[9] * 1.0
    xh = jnp.sqrt(stick / (2 * k[8]))
    assert k[8] * xh**2 == pytest.approx(float(stick) / 2)
    grains = 1e4 * 1.32e-12
    assert stick == pytest.approx(7.92e-5 * math.sqrt(20 / 300) * grains)
    assert k[8] == pytest.approx(1.186e7 * math.exp(-225 / 20) / grains)


def test_rows_that_disagree_with_themselves_are_noted(network):
    assert network.notes == ("reactions whose itype, formula and agent do not agree: 2 (ids 2, 4)",)
    assert network.notes[0] in network.summary()


def test_cosmic_ray_row_with_a_photon_has_a_kind_of_its_own(read):
    rows = [
        kida_row("HCCP CRP", "H CCP", "1.5e3 0 0 2 -9999 9999 1 1"),
        kida_row("HCCP Photon", "H CCP", "1.9e-9 0 1.7 2 -9999 9999 1 2"),
    ]
    network = read("\n".join(rows))
    assert [r.kind for r in network.reactions] == ["itype 2", "itype 2 with Photon"]
    assert network.reactions[1].fits[0].law == CosmicRay(1.9e-9)
    assert network.duplicates() == ()


def coefficients(network, temperature):
    return network.rate_table(Conditions(temperature=temperature, density=1e4)).tolist()


def test_no_upper_limit_beside_a_fit_that_goes_on_is_one(read):
    """As H + Cl -> HCl in kida.uva.2024."""
    rows = [("1e-22", 3000, 9999), ("4e-18", 10000, 20000), ("2e-18", 1000, 2999)]
    network = read("\n".join(kida_row("H Cl", "HCl Photon", f"{a} 0 0 6 {low} {high} 3 1") for a, low, high in rows))
    assert [(f.t_min, f.t_max) for f in network.reactions[0].fits] == [(3000, 9999), (10000, 20000), (1000, 2999)]
    assert [coefficients(network, t)[0] for t in (2e3, 5e3, 1e4, 1.5e4, 3e4)] == [2e-18, 1e-22, 4e-18, 4e-18, 4e-18]
    assert network.notes == ()


def test_no_upper_limit_is_none_where_no_fit_goes_on(read):
    rows = [kida_row("H Cl", "HCl", f"1e-22 0 0 6 {low} {high} 3 1") for low, high in ((100, 2999), (3000, 9999))]
    assert read("\n".join(rows)).reactions[0].fits[1].t_max == math.inf


def test_rows_of_one_id_and_one_range_all_count(read):
    rows = [kida_row("C O", "CO Photon", f"{a} 0 0 6 10 300 3 7") for a in ("2e-19", "1e-19", "4e-19")]
    rows.append(kida_row("C O", "CO Photon", "9e-19 0 0 6 301 800 3 7"))
    network = read("\n".join(rows))
    assert [r.equation for r in network.reactions] == ["C + O -> CO"] * 3
    assert [r.source.line for r in network.reactions] == [1, 2, 3]
    assert {r.id for r in network.reactions} == {7}
    assert coefficients(network, 100.0) == [2e-19, 1e-19, 4e-19]
    assert coefficients(network, 500.0) == [9e-19, 0.0, 0.0]
    assert network.notes == ("reactions with rows that hold at the same temperature, of which all count: 1 (ids 7)",)
    assert network.duplicates() == ((0, 1, 2),)


def test_rows_of_one_id_whose_ranges_overlap_count_where_they_do(read):
    """Nahoon adds all rows that hold; beyond them the nearest is clamped."""
    spans = [("2e-19", 10, 300), ("1e-19", 200, 800), ("4e-19", 800, 1000)]
    network = read("\n".join(kida_row("C O", "CO", f"{a} 0 0 4 {low} {high} 3 7") for a, low, high in spans))
    sums = {t: sum(coefficients(network, t)) for t in (5.0, 100.0, 250.0, 500.0, 900.0, 2000.0)}
    assert sums == pytest.approx({5.0: 2e-19, 100.0: 2e-19, 250.0: 3e-19, 500.0: 1e-19, 900.0: 4e-19, 2000.0: 4e-19})
    assert "of which all count: 1 (ids 7)" in network.summary()


def test_third_bodies(read):
    rows = [
        kida_row("H H M", "H2 M", "1e-32 -0.5 3 9 10 300 3 1"),
        kida_row("H H H2", "H2 H2", "1e-32 -0.5 3 9 10 300 3 2"),
        kida_row("O O M", "O2 M", "1e-32 -0.5 3 4 10 300 3 3"),
    ]
    network = read("\n".join(rows))
    laws = [r.fits[0].law for r in network.reactions]
    assert laws == [ThreeBody(1e-32, -0.5, 3.0), Kooij(1e-32, -0.5, 3.0), ThreeBody(1e-32, -0.5, 3.0)]
    assert [r.factors for r in network.reactions] == [("H", "H"), ("H", "H", "H2"), ("O", "O")]
    assert "M" not in network.species_names


def test_remarks_behind_and_before_rows(read, network):
    rows = KIDA.split("\n")
    remarked = ["  ! a remark before", *(f"{row}  ! a remark of 3 words" for row in rows[1:])]
    assert read("\n".join(remarked)) == network


@pytest.mark.parametrize(
    ("usual", "other"), [("Photon", "PHOTON"), ("Photon", "photon"), ("CRP", "crp"), ("CR ", "cr ")]
)
def test_agents_in_another_case(read, network, usual, other):
    assert usual in KIDA
    assert read(KIDA.replace(usual, other)) == network


def test_chromium_is_no_cosmic_ray(read):
    network = read(kida_row("Cr O", "CrO", "1e-10 0 0 4 10 300 3 1"))
    assert network.species_names == ("Cr", "O", "CrO")


_GOOD = kida_row("C O", "CO", "1.0e-10 0.0 0.0 4 10 300 3 99")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (_GOOD[:-2], "expected 13 words"),
        (_GOOD[:100], "expected 13 words"),
        (_GOOD + " 1", "got 14"),
        (_GOOD[:20], "got 0"),
        (_GOOD.replace("1.0e-10", "1.0d-10"), "alpha must be a finite number, got '1.0d-10'"),
        (_GOOD.replace("1.0e-10", "nan    "), "alpha must be a finite number"),
        (_GOOD.replace("   300 ", "     5 "), "got 10 to 5 K"),
        (_GOOD.replace("    10 ", "   -10 "), "got -10 to 300 K"),
        (_GOOD.replace("C          O", "C         O "), "columns 1 to 11 must hold one name"),
        (_GOOD.replace("C          O", " C         O"), "columns 1 to 11 must hold one name"),
        (_GOOD.replace("C          O", "CH3CHCHCHOHO"), "columns 1 to 11 must hold one name"),
        (_GOOD.replace("C          O", "C O         "), "columns 1 to 11 must hold one name"),
        (kida_row("C O", "CO", "1e-10 0 0 12 10 300 3 99"), "unknown itype 12"),
        (kida_row("C O", "CO", "1e-10 0 0 4 10 300 7 99"), "unknown formula 7"),
        (kida_row("C O", "CO", "1e-10 0 0 4 10 300 1 99"), "formula 1 does not go with itype 4"),
        (kida_row("C Photon", "C+ e-", "1e-10 0 0 3 10 300 3 99"), "formula 3 does not go with itype 3"),
        (kida_row("C O", "CO", "1e-10 0 0 4 10 300 3 x"), "id must be a whole number"),
        (kida_row("C O", "CO", "1e-10 0 0 4 10 300 3 5"), "id 5 stands for another reaction in line 6"),
        (kida_row("C CR", "CO", "1e-10 0 0 4 10 300 3 99"), "itype 4 takes none of CR, CRP, Photon as a reactant"),
        (kida_row("C O", "CO", "1e-10 0 0 1 10 300 1 99"), "itype 1 takes one of CR, CRP, Photon as a reactant"),
        (kida_row("C", "CO", "1e-10 0 0 4 10 300 3 99"), "itype 4 takes 2 species as reactants, got 1: C"),
        (kida_row("C O", "Photon", "1e-10 0 0 4 10 300 3 99"), "no product"),
        (kida_row("C O", "CO", "1e-32 0 0 9 10 300 3 99"), "itype 9 is an association that a third body completes"),
        (kida_row("C O M", "CO M", "1e-10 0 0 4 10 300 4 99"), "M, any third body, goes with formula 3 or 6, got"),
        (kida_row("C Crp", "CO", "1e-10 0 0 1 10 300 1 99"), "itype 1 takes one of CR, CRP, Photon as a reactant, got"),
        (kida_row("C 1.5", "CO", "1e-10 0 0 4 10 300 3 99"), "'1.5' is not the name of a species"),
    ],
)
def test_refused_rows(read, row, why):
    with pytest.raises(NetworkFormatError) as caught:
        read(KIDA + "\n" + row, format="kida")
    assert why in caught.value.why
    assert (caught.value.line, caught.value.text) == (15, row)
