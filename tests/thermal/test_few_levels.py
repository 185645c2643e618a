"""Two and three levels in closed form."""

import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import thermal

from .test_contract import ordinary

LEVELS = {
    2: thermal.Levels((0.0, 91.21), (2, 4), (thermal.Line(1, 0, 2.3e-6),)),
    3: thermal.Levels(
        (0.0, 23.62, 62.46),
        (1, 3, 5),
        (thermal.Line(1, 0, 7.93e-8), thermal.Line(2, 0, 1.72e-14), thermal.Line(2, 1, 2.65e-7)),
    ),
}
COLLISIONS = {2: [3e-7], 3: [2e-8, 5e-9, 1e-8]}
LINES = (thermal.IonisedCarbonLine, thermal.OxygenLines, thermal.CarbonLines)


def solved(rates: dict[tuple[int, int], float], n: int) -> np.ndarray:
    """Shares of levels by elimination."""
    matrix = np.zeros((n, n))
    for (i, j), rate in rates.items():
        matrix[j, i] += rate
        matrix[i, i] -= rate
    matrix[0] = 1.0
    return np.linalg.solve(matrix, np.eye(n)[0])


@pytest.mark.parametrize("n", [2, 3])
def test_populations_are_those_of_elimination(n):
    rng = np.random.default_rng(n)
    for _ in range(20):
        rates = {(i, j): 10.0 ** rng.uniform(-12, 0) for i in range(n) for j in range(n) if i != j}
        np.testing.assert_allclose(thermal.level_populations(rates), solved(rates, n), rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("n", [2, 3])
def test_cooling_is_what_the_solved_levels_radiate(n):
    """In a background of 8 K."""
    levels, t, background = LEVELS[n], 30.0, 8.0
    rates, lines = {}, []
    for line, down in zip(levels.lines, COLLISIONS[n], strict=True):
        u, low = line.upper, line.lower
        gap, g = levels.energies[u] - levels.energies[low], levels.weights[u] / levels.weights[low]
        photons = 1.0 / np.expm1(gap / background)
        rates[u, low] = down + line.decay * (1 + photons)
        rates[low, u] = down * g * np.exp(-gap / t) + line.decay * g * photons
        lines.append((u, low, gap, line.decay * (1 + photons), line.decay * g * photons))
    f = solved(rates, n)
    expected = sum(gap * (f[u] * emits - f[low] * absorbs) for u, low, gap, emits, absorbs in lines)
    own = thermal.few_level_cooling(
        levels, list(map(jnp.asarray, COLLISIONS[n])), jnp.asarray(t), jnp.asarray(background)
    )
    np.testing.assert_allclose(own, expected, rtol=1e-12)


@pytest.mark.parametrize("n", [2, 3])
def test_levels_reach_equilibrium_where_collisions_are_fast(n):
    levels, t = LEVELS[n], 40.0
    own = thermal.few_level_cooling(levels, [jnp.asarray(1e6 * q) for q in COLLISIONS[n]], jnp.asarray(t), None)
    weights = np.array(levels.weights) * np.exp(-np.array(levels.energies) / t)
    shares = weights / weights.sum()
    gaps = [
        (line.upper, levels.energies[line.upper] - levels.energies[line.lower], line.decay) for line in levels.lines
    ]
    np.testing.assert_allclose(own, sum(shares[u] * gap * a for u, gap, a in gaps), rtol=1e-4)


def at(temperature: float, background: float) -> thermal.Gas:
    gas = ordinary()
    conditions = {"temperature": temperature, "density": 100.0, "cmb_temperature": background}
    return thermal.Gas(gas.network, type(gas.conditions)(**conditions), gas.densities, gas.rates)


@pytest.mark.parametrize("process", LINES)
def test_nothing_flows_at_the_temperature_of_the_background(process):
    gas = at(20.0, 20.0)
    gross = process(background=False).heating(gas)
    assert gross < 0.0
    assert abs(process().heating(gas)) < 1e-10 * abs(gross)
    assert process().heating(at(20.0, 25.0)) > 0.0
    assert process().heating(at(25.0, 20.0)) < 0.0


def test_carbon_monoxide_is_in_balance_with_the_background():
    assert thermal.COCooling().heating(at(20.0, 20.0)) == 0.0
    assert thermal.COCooling().heating(at(20.0, 25.0)) > 0.0


def test_pairs_of_levels_must_be_complete():
    with pytest.raises(ValueError, match="rates of every pair of two or of three levels"):
        thermal.level_populations({(0, 1): jnp.asarray(1.0)})
