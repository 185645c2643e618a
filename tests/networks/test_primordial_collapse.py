"""Primordial gas with deuterium: structure, coefficients, balance, and what it cools to."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import Conditions, networks, thermal
from tests.helpers import shared
from tests.networks.chemistry import assert_finite_rates, never_formed_or_destroyed

network = networks.primordial_collapse()
EQUATIONS = [r.equation for r in network.reactions]

NOT_AS_IN_KROME = {
    "H + e- -> H+ + e- + e-",  # Abel et al. 1997, to eight digits
    "H- + e- -> H + e- + e-",  # Abel et al. 1997, to eight digits
    "H + e- -> H-",  # Abel et al. 1997
    "H- + H -> H + H + e-",  # Abel et al. 1997, made to meet at 1160 K
    "H + H+ -> H2+",  # Abel et al. 1997
    "H- + H+ -> H2+ + e-",  # Galli & Palla 1998
    "H2+ + e- -> H + H",  # Abel et al. 1997
    "H2 + e- -> H + H + e-",  # Abel et al. 1997
    "H2 + e- -> H + H-",  # Galli & Palla 1998
    "HD + H+ -> H2 + D+",  # Galli & Palla 2002
}


def test_size_and_species():
    assert (len(network.species), len(network.reactions)) == (14, 47)
    assert set(network.species_names) == {*networks.primordial().species_names, "D", "D+", "D-", "HD", "HD+"}


def test_conserves_and_is_closed():
    assert network.conservation_errors() == {}
    assert network.duplicates() == ()
    assert never_formed_or_destroyed(network) == set()


def test_rates_are_finite_and_differentiable():
    assert_finite_rates(network, [1.0, 2.725, 10.0, 199.0, 201.0, 1e3, 2001.0, 1e4, 1e5])


def test_the_start_is_neutral_and_has_one_hydrogen_nucleus():
    start = network.composition @ np.asarray(network.abundances(networks.primordial_collapse_abundances))
    assert start == pytest.approx([1.0, 0.083, 2.5e-5, 0.0], abs=1e-15)


def test_heating_and_cooling_find_what_they_need():
    assert {p.name for p in thermal.primordial() if p.missing(network)} == set()


def _kreckel(t: float) -> float:
    """Kreckel et al. 2010, Science 329, 69."""
    above = t**0.098493 + 0.32852 * t**0.5561 + 2.771e-7 * t**2.1826
    return 1.35e-9 * above / (1 + 6.191e-3 * t**1.0461 + 8.9712e-11 * t**3.0424 + 3.2576e-14 * t**3.7741)


TEMPERATURES = [10.0, 100.0, 300.0, 1e3, 3e3]
PUBLISHED = [
    ("H- + H -> H2 + e-", 100.0, _kreckel(100.0), 1e-12),
    ("H- + H -> H2 + e-", 1e3, _kreckel(1e3), 1e-12),
    ("H- + H+ -> H + H", 100.0, 2.96e-7 - 1.73e-9 + 2.5e-9 - 7.77e-11, 1e-9),
    ("H + H + H -> H2 + H", 1e3, 6e-32 * 1e3**-0.25 + 2e-31 * 1e3**-0.5, 1e-12),
    ("H + H + H2 -> H2 + H2", 300.0, (6e-32 * 300**-0.25 + 2e-31 * 300**-0.5) / 8, 1e-12),
    ("D + H+ -> D+ + H", 100.0, 2e-10 * 100**0.402 * np.exp(-0.371) - 3.31e-17 * 100**1.48, 1e-12),
    ("D+ + H -> D + H+", 100.0, 2.06e-10 * 100**0.396 * np.exp(-0.33) + 2.03e-9 * 100**-0.332, 1e-12),
    ("H2 + D+ -> HD + H+", 100.0, 1e-9 * (0.417 + 0.846 * 2 - 0.137 * 4), 1e-12),
    ("HD + H+ -> H2 + D+", 1e3, 1.1e-9 * np.exp(-0.488), 1e-12),
    ("H2 + D -> HD + H", 1e3, 10 ** (-56.4737 + 17.66658 + 64.77228 + 60.76863 - 175.69143 + 77.246541), 1e-9),
    ("H2 + D -> HD + H", 3e3, 3.17e-10 * np.exp(-5207 / 3e3), 1e-12),
    ("HD + H -> H2 + D", 1e3, 5.25e-11 * np.exp(-4.43 + 0.1739), 1e-12),
    ("D + H- -> HD + e-", 300.0, 1.5e-9, 1e-12),
    ("HD+ + e- -> H + D", 100.0, 7.2e-9, 1e-12),
    ("D + e- -> D-", 300.0, 3e-16 * np.exp(-300 / 9320), 1e-12),
]


@pytest.fixture(scope="module")
def coefficients():
    """[temperatures, reactions] at n_H = 1."""
    table = jax.jit(jax.vmap(lambda t: network.rate_table(Conditions(temperature=t, density=1.0))))
    return np.asarray(table(jnp.asarray(TEMPERATURES)))


@pytest.mark.parametrize(("equation", "temperature", "expected", "tolerance"), PUBLISHED)
def test_published_values(coefficients, equation, temperature, expected, tolerance):
    k = coefficients[TEMPERATURES.index(temperature), EQUATIONS.index(equation)]
    assert k == pytest.approx(expected, rel=tolerance)


def test_three_body_formation_and_dissociation_balance():
    """k(H2 + H -> 3 H)/k(3 H -> H2 + H) in dense gas is Saha's constant, with the levels of a rigid, harmonic H2."""
    temperature = jnp.array([1500.0, 2000.0, 3000.0, 4000.0])
    k = np.asarray(jax.jit(jax.vmap(lambda t: network.rate_table(Conditions(t, 1e16))))(temperature))
    ratio = k[:, EQUATIONS.index("H2 + H -> H + H + H")] / k[:, EQUATIONS.index("H + H + H -> H2 + H")]
    t, level = np.asarray(temperature), np.arange(60)[:, None]
    rotation = np.sum(np.where(level % 2, 3, 1) * (2 * level + 1) * np.exp(-85.4 * level * (level + 1) / t), axis=0)
    inside = rotation / (1 - np.exp(-6100.0 / t))
    motion = (2 * np.pi * 0.5 * 1.6735e-24 * 1.380649e-16 * t / 6.62607015e-27**2) ** 1.5
    assert ratio == pytest.approx(16 / inside * motion * np.exp(-51965.0 / t), rel=0.4)


def test_coefficients_are_those_of_krome():
    reference = np.load(shared("reference/krome_primordial_wD.npz"))
    theirs: dict[str, np.ndarray] = {}
    for equation, k in zip(reference["reaction"], reference["k_double"].T, strict=True):
        theirs[_key(str(equation))] = theirs.get(_key(str(equation)), 0.0) + k
    temperature, density = jnp.asarray(reference["temperature"]), jnp.asarray(_nuclei(reference))
    ours = np.asarray(jax.jit(jax.vmap(lambda t, n: network.rate_table(Conditions(t, n))))(temperature, density))
    shown = (temperature > 300.0) & (temperature < 1e4)  # where their rows have no limit of temperature
    different, known = set(), 0
    for j, equation in enumerate(EQUATIONS):
        if "He" not in equation and _key(equation) in theirs:
            known += 1
            k = theirs[_key(equation)][shown]
            if not np.allclose(ours[shown, j], k, rtol=1e-5, atol=1e-44):  # they add a tiny number
                different.add(equation)
    assert known == 38
    assert different == NOT_AS_IN_KROME


def _key(equation: str) -> str:
    sides = (sorted("e-" if name == "E" else name for name in side.split(" + ")) for side in equation.split(" -> "))
    return " -> ".join(" + ".join(side) for side in sides)


def _nuclei(reference) -> np.ndarray:
    """Density of hydrogen nuclei, where deuterium is none."""
    count = [
        0 if name[:2] == "HE" or name[0] in "DE" else 2 if name[:2] == "H2" else 1 for name in reference["species"]
    ]
    return reference["number_density"] @ np.array(count, float)


@pytest.fixture(scope="module")
def cells():
    """Gas of 1e4 and of 1e10 cm^-3 that starts at 1000 K, after 1e5 and 1e6 yr."""
    rhs = ef.FusedRHS(network, thermal=thermal.primordial())
    start = network.abundances(networks.primordial_collapse_abundances)
    conditions = Conditions(1e3, jnp.array([1e4, 1e10]), zeta=0.0, g0=0.0, cmb_temperature=57.0)
    return ef.solve_grid(rhs, conditions, start, 1e6 * ef.YEAR, saveat=jnp.array([1e5, 1e6]) * ef.YEAR)


def test_a_halo_cools_by_h2_and_then_by_hd(cells):
    """Below 200 K, where H2 alone cannot go (Galli & Palla 1998), and deuterium prefers H2 there."""
    halo = cells.cell(0)
    assert float(halo.temperature[0]) > 200.0
    assert 57.0 < float(halo.end_temperature) < 150.0
    final = {name: float(x) for name, x in halo.final.items()}
    assert 1e-4 < final["H2"] < 3e-3
    assert final["HD"] / final["H2"] > 10 * 2 * 2.5e-5


def test_dense_gas_becomes_molecular(cells):
    early = {name: float(cells.cell(1).abundance(name)[0]) for name in ("H2", "HD")}
    assert 2 * early["H2"] > 0.8
    assert early["HD"] > 2e-5


def test_nothing_is_lost(cells):
    start = network.composition @ np.asarray(network.abundances(networks.primordial_collapse_abundances))
    end = np.asarray(cells.abundances)[:, -1] @ network.composition.T
    assert end == pytest.approx(np.broadcast_to(start, end.shape), rel=1e-8, abs=1e-11)
