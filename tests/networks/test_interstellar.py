"""The interstellar network: structure, coefficients, and the phases of gas that it settles at."""

import re
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import Conditions, networks, thermal
from eqxfuse.networks._interstellar._warm import WARM
from tests.networks.chemistry import assert_finite_rates, never_formed_or_destroyed

PAGE = (Path(__file__).parents[2] / "docs" / "networks.md").read_text()

network = networks.interstellar()


def test_size_and_species():
    assert (len(network.species), len(network.reactions)) == (31, 196)
    assert set(network.elements) == {"H", "He", "C", "O", "Si"}
    assert {r.id for r in network.reactions} == set(range(1, 197))


def test_conserves_and_is_closed():
    assert network.conservation_errors() == {}
    assert network.duplicates() == ()
    assert never_formed_or_destroyed(network) == set()


def test_every_row_names_a_source_and_stands_in_the_network():
    rows = [(kind, source) for kind, table in WARM.items() for _, source, _ in table]
    assert all(re.search(r"\b(19|20)\d\d, .*\d", source) for _, source in rows)
    assert [r.kind for r in network.reactions[-len(rows) :]] == [kind for kind, _ in rows]


def test_rates_are_finite_and_differentiable():
    assert_finite_rates(network, [1.0, 10.0, 100.0, 1e3, 1e4, 3e4], av=0.0)


def test_the_start_is_neutral_and_has_one_hydrogen_nucleus():
    totals = network.composition @ np.asarray(network.abundances(networks.interstellar_abundances))
    assert dict(zip(network.elements, totals, strict=False)) == pytest.approx(
        {"H": 1.0, "He": 0.1, "C": 1.6e-4, "O": 3.2e-4, "Si": 1.7e-6}
    )
    assert totals[-1] == pytest.approx(0.0, abs=1e-15)


def test_heating_and_cooling_find_what_they_need():
    absent = {p.name: p.missing(network) for p in thermal.interstellar()}
    assert {name for name, lack in absent.items() if lack} == {"HDCooling"}
    assert thermal.CosmicRayEvents().missing(network) == ()


TEMPERATURES = [10.0, 100.0, 1e3, 8e3, 1e4]
PUBLISHED = [
    # alpha_B of hydrogen and of helium at 1e4 K: Osterbrock & Ferland 2006
    ("radiative recombination", "H+ + e- -> H", 1e4, 2.59e-13, 0.02),
    ("radiative recombination", "He+ + e- -> He", 1e4, 2.73e-13, 0.05),
    ("radiative recombination", "C+ + e- -> C", 100.0, 2.36e-12 * 3**0.29 * np.exp(0.176), 1e-12),
    ("radiative recombination", "Si+ + e- -> Si", 1e3, 7.5e-12 * (10 / 3) ** -0.55, 1e-12),
    ("radiative recombination", "Si+ + e- -> Si", 8e3, 4.86e-12 * (80 / 3) ** -0.32, 1e-12),
    # S = 1/(1 + 0.4 (1.1)^1/2 + 0.2 + 0.08), times n_H = 100
    ("grain surface", "H + H -> H2", 100.0, 3e-15 / (1.28 + 0.4 * 1.1**0.5), 1e-9),
    ("collisional ionisation", "C + e- -> C+ + e- + e-", 8e3, 6.85e-8 * 16.33**0.25 * 8.06e-8 / (0.193 + 16.33), 0.01),
    ("ion-neutral", "H + O+ -> O + H+", 1e3, 5.66e-10 * (10 / 3) ** 0.36 * np.exp(8.6e-3), 1e-12),
    ("neutral-neutral", "H + OH -> O + H2", 1e3, 6.94e-14 * (10 / 3) ** 2.8 * np.exp(-1.95), 1e-12),
    ("photo", "C -> C+ + e-", 10.0, 3.5e-10 * np.exp(-3.76), 1e-12),
    ("photo", "Si -> Si+ + e-", 10.0, 4.45e-9 * np.exp(-2.61), 1e-12),
    ("cosmic ray", "H2 -> H2+ + e-", 10.0, 1.2e-17 * 10, 1e-12),
]


def place(kind, equation):
    (found,) = (j for j, r in enumerate(network.reactions) if (r.kind, r.equation) == (kind, equation))
    return found


@pytest.fixture(scope="module")
def coefficients():
    """[temperatures, reactions] at n_H = 100, Av = 1 and ten times the cosmic rays of UMIST."""

    def at(t):
        return network.rate_table(Conditions(temperature=t, density=100.0, av=1.0, zeta=1.36e-16))

    return np.asarray(jax.jit(jax.vmap(at))(jnp.asarray(TEMPERATURES)))


@pytest.mark.parametrize(("kind", "equation", "temperature", "expected", "tolerance"), PUBLISHED)
def test_published_values(coefficients, kind, equation, temperature, expected, tolerance):
    k = coefficients[TEMPERATURES.index(temperature), place(kind, equation)]
    assert k == pytest.approx(expected, rel=tolerance)


def law_of(kind, equation):
    return network.reactions[place(kind, equation)].fits[0].law


def test_ions_recombine_on_charged_grains():
    """At psi = 1000 and 100 K, of the formula of Weingartner & Draine 2001; at no field all grains are negative."""
    law = law_of("grain recombination", "H+ + e- -> H")
    lit, dark = (Conditions(temperature=100.0, density=30.0, g0=g0, av=0.0) for g0 in (1.0, 0.0))
    electrons = (jnp.asarray(1.7 * 10.0 / 1e3),)
    warm = 1 + 5.087e2 * 100**0.01586 * 1e3 ** (-0.4723 - 1.102e-5 * np.log(100))
    share = 1 / (1 + 8.074e-6 * 1e3**1.378 * warm)
    assert law.coefficient(lit) == pytest.approx(12.25e-14 * 30.0)
    assert law.modifier(lit, electrons) == pytest.approx(share)
    assert law.modifier(dark, electrons) == pytest.approx(1.0, abs=0.01)
    slope = jax.grad(lambda n, c: law.modifier(c, (n,)))
    assert np.isfinite([slope(jnp.asarray(n), lit) for n in (0.0, 1e-30, 0.01)]).all()
    assert law.modifying_species == ("e-",)
    assert network.reactions[place("grain recombination", "H+ + e- -> H")].factors == ("H+",)


def test_cold_h2_does_not_dissociate_and_has_slopes():
    for equation in ("H2 + H -> H + H + H", "H2 + H2 -> H2 + H + H"):
        law = law_of("collisional dissociation", equation)

        def share(n, t, law=law):
            return law.modifier(Conditions(temperature=t, density=100.0), (n,) * len(law.modifying_species))

        value, slopes = jax.value_and_grad(share, (0, 1))(jnp.asarray(50.0), jnp.asarray(20.0))
        assert value < 1e-40
        assert np.isfinite(slopes).all()


def test_the_page_counts_as_the_networks_do():
    for name, species, reactions in re.findall(r"^\| `(\w+)\(\)` \| (\d+), (\d+) \|", PAGE, flags=re.MULTILINE):
        made = getattr(networks, name)()
        assert (len(made.species), len(made.reactions)) == (int(species), int(reactions)), name


@pytest.fixture(scope="module")
def page():
    """What the code of the page leaves behind."""
    found: dict = {}
    exec(re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)[0], found)
    return found


def test_warm_gas_and_cold_gas(page):
    warm, cold, lit, dark = np.asarray(page["phases"])
    assert 6000.0 < warm < 8000.0
    assert 50.0 < cold < 110.0
    assert 20.0 < lit < 60.0
    assert 8.0 < dark < 20.0


def test_h2_and_co_form_where_they_are_shielded(page):
    grid = page["grid"]
    h2, co, carbon_ions, electrons = (np.asarray(grid.final[name]) for name in ("H2", "CO", "C+", "e-"))
    assert h2[0] < 1e-7 and 0.01 < 2 * h2[1] < 0.2
    assert 2 * h2[2] > 0.5 and 2 * h2[3] > 0.9
    assert carbon_ions[:3] == pytest.approx(1.6e-4, rel=0.3)
    assert (co[:3] < 1e-7).all() and co[3] > 1.4e-4
    assert 0.01 < electrons[0] < 0.05
    assert electrons[3] < 1e-6


def test_nothing_is_lost(page):
    grid = page["grid"]
    start = network.composition @ np.asarray(network.abundances(networks.interstellar_abundances))
    end = np.asarray(grid.abundances)[:, -1] @ network.composition.T
    assert end == pytest.approx(np.broadcast_to(start, end.shape), rel=1e-8, abs=1e-11)
