"""The dark-cloud network: structure, coefficients, and the chemistry it makes."""

import numpy as np
import pytest

from eqxfuse import YEAR, Conditions, networks
from eqxfuse.networks._dark_cloud import _electrons, _ions, _neutrals, _radiation
from eqxfuse.networks._dark_cloud._sources import SOURCES
from tests.helpers import shared
from tests.networks.chemistry import assert_finite_rates, never_formed_or_destroyed, solve

TABLES = [
    _ions.ION_NEUTRAL,
    _electrons.DISSOCIATIVE,
    _electrons.RADIATIVE,
    _neutrals.NEUTRAL,
    _neutrals.ASSOCIATION,
    _radiation.COSMIC_RAYS,
    _radiation.COSMIC_RAY_PHOTONS,
    _radiation.STARLIGHT,
]

NOT_AS_IN_RATE22 = {
    "H + H -> H2",  # RATE22 is gas-phase only
    "CH2 + O -> CO + H + H",  # three coefficients of KIDA
    "CH2 + O -> CO + H2",
    "CH2 + O -> H + HCO",
}

network = networks.dark_cloud()


def test_size_and_species():
    assert (len(network.species), len(network.reactions)) == (47, 323)
    assert {"CO", "H2O", "OH", "O2", "H2CO", "C2", "CH", "H3+", "HCO+", "H3O+", "CH5+"} <= set(network.species_names)
    assert set(network.elements) == {"H", "He", "C", "O"}


def test_conserves_and_is_closed():
    assert network.conservation_errors() == {}
    assert never_formed_or_destroyed(network) == set()


def test_no_process_stands_twice():
    seen = [(r.kind, _sorted_equation(r.equation)) for r in network.reactions]
    assert len(seen) == len(set(seen))


def test_every_row_names_a_source_and_every_source_is_used():
    assert {row[1] for table in TABLES for row in table} == set(SOURCES)


def test_rates_are_finite_and_differentiable():
    assert_finite_rates(network, [1.0, 5.0, 10.0, 300.0, 1e4, 1e5], av=0.0)
    assert_finite_rates(network, [10.0], av=1e3)


@pytest.mark.parametrize(
    "equation, expected",
    [
        ("H2+ + H2 -> H3+ + H", 2.08e-9),
        ("H3+ + CO -> HCO+ + H2", 1.36e-9 * 30**0.14 * np.exp(0.34)),
        ("HCO+ + e- -> CO + H", 2.4e-7 * 30**0.69),
        ("H2 -> H2+ + e-", 1.2e-17 * 2),
        ("He+ + CO -> C+ + O + He", 1.6e-9),
        ("H2 + OH -> H2O + H", 2.08e-12 * 30**-1.52 * np.exp(-174.0)),
    ],
)
def test_coefficient_at_10_kelvin(equation, expected):
    k = network.rate_table(Conditions(temperature=10.0, density=1e4, zeta=2.72e-17))
    (position,) = (j for j, r in enumerate(network.reactions) if r.equation == equation)
    assert k[position] == pytest.approx(expected, rel=1e-12)


def test_grains_make_h2_with_one_factor_of_h():
    (reaction,) = (r for r in network.reactions if r.kind == "grain surface")
    assert reaction.factors == ("H",)
    assert dict(reaction.net_change) == {"H": -2, "H2": 1}


def _sorted_equation(equation: str) -> str:
    return " -> ".join(" + ".join(sorted(side.split(" + "))) for side in equation.split(" -> "))


def _sums(equations, coefficients) -> dict[str, float]:
    totals: dict[str, float] = {}
    for equation, k in zip(equations, coefficients, strict=True):
        key = _sorted_equation(equation)
        totals[key] = totals.get(key, 0.0) + float(k)
    return totals


def test_coefficients_are_those_of_rate22():
    reference = np.load(shared("reference/solve_rate22.npz"))
    theirs = _sums(reference["reaction"], reference["rate_coefficients"])
    k = network.rate_table(Conditions(temperature=10.0, density=2e4))
    ours = _sums([r.equation for r in network.reactions], k)
    different = {e for e, k in ours.items() if e not in theirs or abs(k / theirs[e] - 1.0) > 1e-9}
    assert different == NOT_AS_IN_RATE22


@pytest.fixture(scope="module")
def cloud():
    conditions = Conditions(temperature=10.0, density=2e4, zeta=1.36e-17, av=10.0)
    return solve(network, conditions, networks.dark_cloud_abundances, np.array([1e5, 1e6]) * YEAR)


def test_carbon_ends_in_co(cloud):
    late = dict(zip(network.species_names, cloud[-1], strict=True))
    assert 0.98e-4 < late["CO"] < 1e-4
    assert 1e-9 < late["HCO+"] < 1e-8
    assert 3e-10 < late["H3+"] < 3e-9
    assert 5e-9 < late["e-"] < 1e-7
    assert late["H2"] == pytest.approx(0.5, rel=1e-3)


def test_elements_and_charge_stay(cloud):
    start = network.composition @ np.asarray(network.abundances(networks.dark_cloud_abundances))
    assert np.allclose(cloud @ network.composition.T, start, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["CO", "O", "O2", "OH", "H2O", "CO2", "CH4", "H2CO", "H3+", "HCO+", "H3O+", "e-"])
def test_stays_within_a_factor_of_two_of_rate22(cloud, name):
    reference = np.load(shared("reference/solve_rate22.npz"))
    full = np.interp(1e6 * YEAR, reference["t"], reference["y"][:, list(reference["species"]).index(name)])
    assert 0.5 < cloud[-1, network.index(name)] / full < 2.0
