"""The primordial network: structure, coefficients, and the ionisation and H2 it settles at."""

import numpy as np
import pytest

from eqxfuse import YEAR, Conditions, networks
from tests.networks.chemistry import assert_finite_rates, never_formed_or_destroyed, solve

network = networks.primordial()


def coefficient(equation, temperature):
    k = network.rate_table(Conditions(temperature=temperature, density=1.0))
    (position,) = (j for j, r in enumerate(network.reactions) if r.equation == equation)
    return float(k[position])


def test_size_and_species():
    assert len(network.reactions) == 27
    assert set(network.species_names) == {"H", "H+", "H-", "H2", "H2+", "He", "He+", "He++", "e-"}


def test_conserves_and_is_closed():
    assert network.conservation_errors() == {}
    assert network.duplicates() == ()
    assert never_formed_or_destroyed(network) == set()


def test_rates_are_finite_and_differentiable():
    assert_finite_rates(network, [1.0, 2.725, 10.0, 300.0, 1159.0, 1161.0, 5501.0, 1e4, 1e5])


@pytest.mark.parametrize(
    "equation, temperature, expected, tolerance",
    [
        # Case A coefficients of Osterbrock & Ferland (2006), tables 2.1 and A5.1
        ("H+ + e- -> H", 5e3, 6.82e-13, 0.03),
        ("H+ + e- -> H", 1e4, 4.18e-13, 0.02),
        ("H+ + e- -> H", 2e4, 2.51e-13, 0.03),
        ("He+ + e- -> He", 1e4, 4.32e-13, 0.02),
        # Ionisation of hydrogen at k_B T = 1 eV: the constant term of the fit
        ("H + e- -> H+ + e- + e-", 11604.518, np.exp(-32.71396786), 1e-9),
        ("He++ + e- -> He+", 1e4, 3.36e-10 * 1e-2 * 10**-0.2 / (1 + 1e-2**0.7), 1e-9),
        ("H + e- -> H-", 11604.518, 6.775e-15, 1e-9),
        ("H- + H+ -> H + H", 100.0, 7e-8, 1e-9),
        ("H + H+ -> H2+", 56200.0, 5.81e-16, 1e-9),
        ("H2 + e- -> H + H + e-", 1e4, 5.6e-9 * np.exp(-10.2124), 1e-9),
    ],
)
def test_published_values(equation, temperature, expected, tolerance):
    assert coefficient(equation, temperature) == pytest.approx(expected, rel=tolerance)


@pytest.mark.parametrize("reaction", [r for r in network.reactions if len(r.fits) > 1], ids=lambda r: r.equation)
def test_the_two_formulas_of_a_reaction_meet(reaction):
    join = reaction.fits[0].t_max
    assert reaction.fits[1].t_min == join
    below, above = (coefficient(reaction.equation, t) for t in (join * (1 - 1e-9), join * (1 + 1e-9)))
    assert below == pytest.approx(above, rel=0.1)


def test_hydrogen_is_ionised_by_collisions():
    """At 2e4 K, x(H+)/x(H) settles at ionisation over recombination."""
    t = 2e4
    start = {"H": 0.5, "H+": 0.5, "e-": 0.5, "He": 0.08}
    end = solve(network, Conditions(temperature=t, density=1.0), start, [1e7 * YEAR])[-1]
    expected = coefficient("H + e- -> H+ + e- + e-", t) / coefficient("H+ + e- -> H", t)
    assert end[network.index("H+")] / end[network.index("H")] == pytest.approx(expected, rel=0.01)


def test_a_cooling_halo_makes_h2_through_h_minus():
    """At 1000 K with x(e-) = 2e-4, x(H2) freezes near 1e-3 once the electrons have recombined (Tegmark et al. 1997)."""
    start = {"H": 1.0 - 2e-4, "H+": 2e-4, "e-": 2e-4, "He": 0.08}
    end = solve(network, Conditions(temperature=1e3, density=100.0), start, [3e7 * YEAR])[-1]
    assert 1e-4 < end[network.index("H2")] < 3e-3
    assert end[network.index("e-")] < 2e-5
    assert network.composition @ end == pytest.approx([1.0, 0.08, 0.0], rel=1e-9, abs=1e-12)
