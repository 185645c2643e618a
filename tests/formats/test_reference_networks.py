"""The real files against the species and reactions that independent readers found in them."""

from collections import Counter

import numpy as np
import pytest

from eqxfuse import read_network
from eqxfuse._chemistry.equation import parse_equation
from tests.helpers import shared

FILES = {
    "umist": ("rate22_final.rates", 737, 8767),
    "kida": ("gas_reactions_kida.uva.2024.in", 578, 7667),
    "uclchem": ("uclchem_gas_phase_only.csv", 163, 2227),
    "uclchem small": ("uclchem_small_chemistry.csv", 34, 379),
    "latent_tgas": ("simple_latent_tgas.csv", 16, 25),
}


def read(key):
    return read_network(shared(f"networks/{FILES[key][0]}"), grains="none")


def sides(equation):
    """Reactants and products with their numbers; the order within a side does not matter."""
    return tuple(frozenset(Counter(side).items()) for side in parse_equation(str(equation)))


def ours(reactions):
    return [(frozenset(r.reactants), frozenset(r.products)) for r in reactions]


@pytest.mark.parametrize("key", FILES)
def test_counts(key):
    network = read(key)
    assert (len(network.species), len(network.reactions)) == FILES[key][1:]
    assert network.conservation_errors() == {}
    assert all(s.composition is not None for s in network.species)


@pytest.mark.parametrize(
    ("key", "groups", "piecewise"),
    [("umist", 9, 67), ("kida", 21, 582), ("latent_tgas", 1, 0)],
)
def test_duplicates_and_fits(key, groups, piecewise):
    network = read(key)
    assert len(network.duplicates()) == groups
    assert sum(len(r.fits) > 1 for r in network.reactions) == piecewise


def test_umist_rows():
    network = read("umist")
    reference = np.load(shared("reference/umist_rate22.npz"))
    assert set(network.species_names) == set(reference["species"].tolist())
    assert [str(r.id) for r in network.reactions] == reference["reaction_id"].tolist()
    assert ours(network.reactions) == [sides(e) for e in reference["reaction"]]
    catalytic = [r for r in network.reactions if {n for n, _ in r.reactants} & {n for n, _ in r.products}]
    assert len(catalytic) == 20


def test_umist_order_of_species():
    reference = np.load(shared("reference/solve_rate22.npz"))
    assert read("umist").species_names == tuple(reference["species"].tolist())


def test_kida_rows():
    network = read("kida")
    reference = np.load(shared("reference/kida_2024.npz"))
    grains = {"itype 0", "itype 10", "itype 11"}
    reactions = [r for r in network.reactions if r.kind not in grains]
    assert len(network.reactions) - len(reactions) == 17
    assert set(network.species_names) - {"XH", "GRAIN0", "GRAIN-"} == set(reference["species"].tolist())
    assert [str(r.id) for r in reactions] == reference["reaction_id"].tolist()
    assert ours(reactions) == [sides(e) for e in reference["reaction"]]
    assert sum(len(r.fits) for r in network.reactions) == 8275
    assert max(len(r.fits) for r in network.reactions) == 8


def test_kida_fit_that_a_limit_of_9999_would_hide():
    (reaction,) = (r for r in read("kida").reactions if r.equation == "H + Cl -> HCl")
    assert (reaction.id, [(f.t_min, f.t_max) for f in reaction.fits][3:]) == (6494, [(3000, 9999), (10000, 20000)])


def test_kida_rows_with_negative_coefficients():
    """Five rows carry alpha and beta of formula 3 under formula 4."""
    with pytest.warns(UserWarning, match=r"5 \(line 8034: CH3S \+ H3\+ -> CH3SH\+ \+ H2; line 8036"):
        read("kida")


@pytest.mark.parametrize(("key", "name"), [("uclchem", "carbox_gas"), ("uclchem small", "carbox_small")])
def test_uclchem_rows(key, name):
    network = read(key)
    reference = np.load(shared(f"reference/{name}.npz"))
    assert set(network.species_names) == set(reference["species"].tolist())
    equations = {int(id) + 2: sides(e) for id, e in zip(reference["reaction_id"], reference["reaction"], strict=True)}
    assert dict(zip((r.source.line for r in network.reactions), ours(network.reactions), strict=True)) == equations


def test_uclchem_order_of_reactions():
    network = read("uclchem")
    reference = np.load(shared("reference/solve_gas.npz"))
    assert set(network.species_names) == set(reference["species"].tolist())
    shielded = [r for r in network.reactions if r.fits[0].law.modifying_species]
    assert [r.equation for r in shielded] == ["C -> C+ + E-", "CO -> O + C", "H2 -> H + H"]
    in_order = [r for r in network.reactions if r not in shielded] + shielded
    assert ours(in_order) == [sides(e) for e in reference["reaction"]]


def test_latent_tgas_rows():
    network = read("latent_tgas")
    reference = np.load(shared("reference/carbox_latent.npz"))
    assert set(network.species_names) == set(reference["species"].tolist())
    rows = zip(reference["reaction_type"].tolist(), map(sides, reference["reaction"]), strict=True)
    assert Counter(zip((r.kind for r in network.reactions), ours(network.reactions), strict=True)) == Counter(rows)
