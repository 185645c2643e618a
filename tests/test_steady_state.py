"""Steady states: where solves end, with derivatives, batches, and words where there is none."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse._chemistry.conserved import conserved_sums
from tests.helpers import shared

CLOUD = ef.Conditions(temperature=10.0, density=2e4)

ONE = ef.Conditions(temperature=10.0, density=1.0)

CARBON = ef.Network.from_reactions(
    ["C -> C+ + e-", "C+ + e- -> C", "C + O -> CO", "CO -> C + O", "C+ + O -> CO+", "CO+ + e- -> C + O", "N -> N"],
    [
        ef.rate_laws.CosmicRay(100.0, zeta_unit=1.0),
        ef.rate_laws.Kooij(4.4e-12, -0.61, 0.0),
        ef.rate_laws.Kooij(2e-15, 0.5, -20.0),
        ef.rate_laws.CosmicRay(30.0, zeta_unit=1.0),
        ef.rate_laws.Kooij(1e-14, 0.3, 0.0),
        ef.rate_laws.Kooij(2e-7, -0.5, 0.0),
        1.0,
    ],
)
START = CARBON.abundances({"C+": 1e-4, "e-": 1e-4, "O": 3e-4, "N": 7e-5})

BISTABLE = ef.Network.from_reactions(["2 X + Y -> 3 X", "X -> Y", "Y -> X"], [10.0, 2.0, 0.02])
"""Schlögl's reactions with X + Y = 1: 10 x^2 (1 - x) - 2 x + 0.02 (1 - x) has three roots."""


@pytest.fixture(scope="module")
def carbon():
    return ef.FusedRHS(CARBON)


@pytest.fixture(scope="module")
def bistable():
    return ef.FusedRHS(BISTABLE)


@pytest.fixture(scope="module")
def log_carbon_monoxide(carbon):
    """Of many (ln T, ln zeta, start): ln x(CO) with its gradient, and the derivative of that with respect to ln T."""

    def value(given):
        conditions = ef.Conditions(temperature=jnp.exp(given["t"]), density=1e3, zeta=jnp.exp(given["zeta"]))
        return jnp.log(ef.steady_state(carbon, conditions, given["y0"]).abundance("CO"))

    def gradient(given):
        found, slopes = jax.value_and_grad(value)(given)
        return slopes, found

    def of(given):
        along = {"t": jnp.ones(()), "zeta": jnp.zeros(()), "y0": jnp.zeros_like(START)}
        slopes, changes, found = jax.jvp(gradient, (given,), (along,), has_aux=True)
        return found, slopes, changes["t"]

    return jax.jit(jax.vmap(of))


def assert_spans(network, rows):
    """The sums are kept by every reaction, and hold `rows`."""
    sums = conserved_sums(network)
    for j in range(len(network.reactions)):
        change = sum(n * sums[:, i] for i, n in network.net_changes[j].items())
        np.testing.assert_allclose(change, 0.0, atol=1e-12)
    assert np.linalg.matrix_rank(np.vstack([sums, rows])) == len(sums)


def test_conserved_sums_are_elements_and_charge():
    network = ef.networks.dark_cloud()
    assert conserved_sums(network).shape == (5, 47)
    assert_spans(network, network.composition)


def test_conserved_sums_come_from_the_reactions():
    """Names say nothing here: A and B turn into each other, D stays, E is lost, and H is not kept."""
    network = ef.Network.from_reactions(["A_ -> 2 B_", "E_ -> F_ + H", "F_ -> E_"], [1.0, 1.0, 1.0], species=["D_"])
    rows = np.zeros((2, len(network.species)))
    for row, weights in zip(rows, ({"A_": 2, "B_": 1}, {"D_": 1}), strict=True):
        for name, weight in weights.items():
            row[network.index(name)] = weight
    assert_spans(network, rows)
    assert len(conserved_sums(network)) == 3  # with E + F
    assert not conserved_sums(network)[:, network.index("H")].any()


def test_it_is_where_a_solve_ends():
    network = ef.networks.dark_cloud()
    rhs, y0 = ef.FusedRHS(network), network.abundances(ef.networks.dark_cloud_abundances)
    end = ef.solve(rhs, CLOUD, y0, 1e9 * ef.YEAR, saveat=1).abundances[-1]
    found = ef.steady_state(rhs, CLOUD, y0)
    np.testing.assert_allclose(found.abundances, end, rtol=1e-4, atol=1e-20)
    np.testing.assert_allclose(network.composition @ (found.abundances - y0), 0.0, atol=1e-15)
    assert repr(found) == "SteadyState(47 species)"


def test_a_large_network_with_elements_that_are_absent():
    network = ef.read_network(shared("networks/uclchem_gas_phase_only.csv"), grains="none")
    y0 = network.abundances({"H2": 0.5, "HE": 0.1, "C+": 1.77e-4, "O": 3.34e-4, "N": 6.18e-5, "E-": 1.77e-4})
    rhs = ef.FusedRHS(network)
    end = ef.solve(rhs, CLOUD, y0, 1e9 * ef.YEAR, saveat=1).abundances[-1]
    np.testing.assert_allclose(ef.steady_state(rhs, CLOUD, y0).abundances, end, rtol=1e-4, atol=1e-20)


def test_derivatives_are_those_of_differences(carbon, log_carbon_monoxide):
    """With respect to conditions and to a start, of which the elements alone matter; in reverse and forward mode; in
    seven cells at once, which are those one by one.
    """
    given = {"t": jnp.log(30.0), "zeta": jnp.log(1e-16), "y0": START}
    oxygen = jnp.zeros_like(START).at[CARBON.index("O")].set(3e-4)
    ways = {"t": jnp.ones(()), "zeta": jnp.ones(()), "y0": oxygen}
    moved = [given | {name: given[name] + s * 1e-4 * way} for name, way in ways.items() for s in (1, -1)]
    values, slopes, curvatures = log_carbon_monoxide(jax.tree.map(lambda *own: jnp.stack(own), given, *moved))
    for i, (name, way) in enumerate(ways.items()):
        difference = (values[1 + 2 * i] - values[2 + 2 * i]) / 2e-4
        np.testing.assert_allclose(jnp.vdot(slopes[name][0], way), difference, rtol=1e-6)
    np.testing.assert_allclose(curvatures[0], (slopes["t"][1] - slopes["t"][2]) / 2e-4, rtol=1e-6)
    carbon_slope, oxygen_slope, both = (slopes["y0"][0][CARBON.index(name)] for name in ("C", "O", "CO"))
    assert both == pytest.approx(carbon_slope + oxygen_slope)
    for value, own in zip(values, [given, *moved], strict=True):
        conditions = ef.Conditions(temperature=float(jnp.exp(own["t"])), density=1e3, zeta=float(jnp.exp(own["zeta"])))
        one = ef.steady_state(carbon, conditions, own["y0"]).abundance("CO")
        np.testing.assert_allclose(jnp.exp(value), one, rtol=1e-9)


def test_coefficients_may_be_given(carbon):
    """What breaks CO up three times as fast leaves a third of it, where hardly any carbon is in it."""
    k = carbon.precompute(ef.Conditions(temperature=30.0, density=1e3))
    plain, faster = (
        ef.steady_state(carbon, ef.RateCoefficients(k.k.at[3].multiply(factor)), START) for factor in (1e4, 3e4)
    )
    assert plain.abundance("CO") / faster.abundance("CO") == pytest.approx(3.0, rel=1e-2)
    assert plain.species_names == CARBON.species_names and plain.abundance("N") == pytest.approx(7e-5)


def test_the_start_decides_and_others_are_told(bistable):
    low, _, high = sorted(np.roots([-10.0, 10.0, -2.02, 0.02]).real)
    empty, full = {"Y": 1.0}, {"X": 0.9, "Y": 0.1}
    with pytest.warns(UserWarning, match=r"1 of 2 further starts lead elsewhere, the first \(starts\[1\]\) to 0.725"):
        found = ef.steady_state(bistable, ONE, empty, starts=[{"X": 0.1, "Y": 0.9}, full], time=1e3)
    np.testing.assert_allclose(found.abundances, [low, 1 - low], rtol=1e-9)
    np.testing.assert_allclose(found.others, [[low, 1 - low], [high, 1 - high]], rtol=1e-9)


def _starlight(gas):
    return 3e-26 * gas.conditions.density


def _line(gas):
    return -1e-30 * gas.temperature * gas.conditions.density**2


def test_a_gas_that_heats_and_cools():
    """Heating and cooling meet at T = 3e4 K / n."""
    rhs = ef.FusedRHS(CARBON, thermal=(ef.thermal.Custom(_starlight), ef.thermal.Custom(_line)))

    def log_temperature(log_density):
        conditions = ef.Conditions(temperature=100.0, density=jnp.exp(log_density))
        return jnp.log(ef.steady_state(rhs, conditions, START).temperature)

    value, slope = jax.jit(jax.value_and_grad(log_temperature))(jnp.log(1e3))
    np.testing.assert_allclose([jnp.exp(value), slope], [30.0, -1.0], rtol=1e-8)
    with pytest.raises(TypeError, match="heats and cools needs Conditions"):
        ef.steady_state(rhs, ef.RateCoefficients(jnp.ones(7)), START)


def test_no_steady_state():
    growing = ef.FusedRHS(ef.Network.from_reactions(["X -> 2 X"], [1e-20]))
    with pytest.raises(RuntimeError, match=r"no steady state after 4 rounds, .* X by its own amount in 3.17e\+12 yr"):
        ef.steady_state(growing, CLOUD, {"X": 1.0})
    assert not ef.steady_state(growing, CLOUD, {"X": 1.0}, throw=False).converged


def test_mistakes(bistable):
    with pytest.raises(ValueError, match=r"same elements and charge as y0: .* over X, Y"):
        ef.steady_state(bistable, CLOUD, {"X": 1.0}, starts=[{"X": 0.5}])
    with pytest.raises(ValueError, match=r"use jax.vmap for a batch"):
        ef.steady_state(bistable, CLOUD, jnp.ones((3, 2)))
    with pytest.raises(TypeError, match=r"conditions that do not change, got function"):
        ef.steady_state(bistable, lambda t: CLOUD, {"X": 1.0})
    with pytest.raises(ef.UnknownSpecies):
        ef.steady_state(bistable, CLOUD, {"Z": 1.0})
