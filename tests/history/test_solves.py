"""Solves along histories: jumps of coefficients, kinks, derivatives, batches, failures."""

from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq

import eqxfuse as ef
from eqxfuse._chemistry.jumps import jump_temperatures
from eqxfuse._solve.integration import run
from eqxfuse.rate_laws import Constant, Fit, Kooij
from tests.history.network import DENSITIES, EDGE, END, TEMPERATURES, TIMES, network, start, warm_up

pytestmark = pytest.mark.filterwarnings("ignore:.*rate coefficients of the network are 0")
TIGHT = {"rtol": 1e-8, "atol": 1e-22, "max_steps": 100_000}


@pytest.fixture(scope="module")
def rhs():
    return ef.FusedRHS(network())


def solved(rhs, history, **options):
    return ef.solve(rhs, history, start(rhs.network), END, **{"saveat": 3, **options})


def crossings():
    """When the temperature crosses `EDGE` [s], by another interpolant."""
    curve = PchipInterpolator(TIMES, np.log(TEMPERATURES / EDGE))
    sides = np.sign(TEMPERATURES - EDGE)
    return [brentq(curve, TIMES[i], TIMES[i + 1], xtol=1e-3) for i in np.flatnonzero(sides[:-1] != sides[1:])]


def test_jumps_are_stepped_to(rhs):
    """The same as pieces between them, in each of which the reaction happens or does not, with few steps more."""
    always, never = (ef.FusedRHS(network(*policy)) for policy in (("clamp", EDGE), ("zero", 1e3)))
    y, t, steps = start(rhs.network), 0.0, 0
    times = [*crossings(), END]
    assert len(times) == 4
    for i, end in enumerate(times):
        piece = ef.solve(always if i % 2 else never, warm_up(), y, end, t0=t, saveat=1, **TIGHT)
        y, t, steps = piece.abundances[-1], end, steps + int(piece.statistics["steps"])
    whole = solved(rhs, warm_up(), **TIGHT)
    np.testing.assert_allclose(whole.abundances[-1], y, rtol=1e-7)
    assert int(whole.statistics["steps"]) < steps + 12


def test_jumps_cost_few_steps(rhs):
    """A closure over the same table stumbles over them, and says where."""
    history = warm_up()
    assert int(solved(rhs, history).statistics["steps"]) < 120
    with pytest.raises(RuntimeError, match=r"after 160 steps, in conditions of T = \S+ K, n_H = \S+ cm\^-3, zeta = "):
        solved(rhs, lambda t: history(t), max_steps=160)


def test_kinks_of_straight_lines_are_stepped_to():
    """Where nothing jumps."""
    rhs = ef.FusedRHS(network("clamp"))
    history = warm_up(interpolation="linear")
    whole = solved(rhs, history, **TIGHT)
    y = start(rhs.network)
    for begin, end in pairwise(TIMES):
        y = ef.solve(rhs, history, y, end, t0=begin, saveat=1, **TIGHT).abundances[-1]
    np.testing.assert_allclose(whole.abundances[-1], y, rtol=1e-7)
    assert int(whole.statistics["rejected"]) < 30


def test_derivatives_with_respect_to_the_table(rhs):
    """The times of jumps move with it."""

    @jax.jit
    def loss(table):
        history = ef.History(TIMES, ef.Conditions(table, DENSITIES, av=1.0))
        final = solved(rhs, history, rtol=1e-6, atol=1e-22, saveat=1).abundances[-1]
        return jnp.log(final[4])

    table = jnp.asarray(TEMPERATURES)
    slopes = jax.grad(loss)(table)
    assert np.abs(slopes).max() > 1e-3
    for rows in (slice(6, 8), slice(8, 9), slice(1, 4)):
        change = 1e-2 * np.isin(np.arange(len(TIMES)), np.arange(9)[rows])
        difference = (loss(table + change) - loss(table - change)) / 2e-2
        assert float(jnp.sum(slopes[rows])) == pytest.approx(float(difference), rel=1e-3, abs=1e-7)


def test_another_table_of_about_as_many_rows_does_not_compile_again(rhs):
    compiled = run._cached._cache_size
    solved(rhs, warm_up())
    before = compiled()
    longer = np.linspace(0.0, END, 15)
    history = ef.History(longer, ef.Conditions(np.linspace(30.0, 60.0, 15), np.geomspace(1e3, 1e5, 15), av=2.0))
    assert float(solved(rhs, history).final["CO"]) != float(solved(rhs, warm_up()).final["CO"])
    assert compiled() == before


def test_grids_and_batches_are_the_solves(rhs):
    """With different numbers of rows; also by `jax.vmap`."""
    some = [warm_up(scale) for scale in (1.0, 1.1, 0.9)] + [thinned(5), thinned(2)]
    batch = ef.History.stack(some)
    grid = ef.solve_grid(rhs, batch, start(rhs.network), END, saveat=3)
    mapped = jax.vmap(lambda history: solved(rhs, history).abundances)(batch)
    assert grid.abundances.shape == (5, 3, 5)
    for i, history in enumerate(some):
        alone = solved(rhs, history.padded(16)).abundances
        np.testing.assert_allclose(grid.abundances[i], alone, rtol=1e-6, atol=1e-22)
        np.testing.assert_allclose(mapped[i], alone, rtol=1e-6, atol=1e-22)


def thinned(rows):
    """With the first and the last of the rows."""
    kept = [*range(rows - 1), 8]
    return ef.History(TIMES[kept], ef.Conditions(TEMPERATURES[kept], DENSITIES[kept], av=1.0))


def test_failures_say_when_and_in_which_conditions(rhs):
    said = r"stands at t = [\d.]+ yr of 100000 yr after 16 steps, in conditions of T = \S+ K, n_H = \S+ cm\^-3\."
    with pytest.raises(RuntimeError, match=said):
        solved(rhs, warm_up(), max_steps=16)


def test_spans_outside_of_a_history(rhs):
    with pytest.raises(ValueError, match=r"t1, 200000 yr, is a time outside of its history"):
        ef.solve(rhs, warm_up(), start(rhs.network), 2 * END)
    with pytest.raises(ValueError, match=r"t1, 200000 yr, is a time outside"):
        ef.solve_grid(rhs, ef.History.stack([warm_up()]), start(rhs.network), 2 * END)
    with pytest.raises(ValueError, match="parameter"):
        solved(rhs, ef.History(TIMES, ef.Conditions(TEMPERATURES, DENSITIES, parameters={"user_x": 1.0})))


def test_temperatures_at_which_coefficients_jump():
    def jumps(*fits, policy="clamp"):
        reaction = ef.Reaction.make(["CO"], ["C", "O"], list(fits), out_of_range=policy)
        species = ef.Network.from_reactions(["CO -> C + O"], [1.0]).species
        return jump_temperatures(ef.Network(species, (reaction,))).tolist()

    up = np.nextafter
    assert jumps(Fit(Kooij(1.0), 10.0, 300.0)) == []
    assert jumps(Fit(Kooij(1.0), 10.0, 300.0), policy="zero") == [10.0, up(300.0, 1e3)]
    two = Fit(Kooij(1.0, 1.0), 10.0, 100.0), Fit(Kooij(2.0, 1.0), 100.0, 1e3)
    assert jumps(*two) == [up(100.0, 1e3)]
    assert jumps(two[0], Fit(Kooij(1.0, 1.0), 100.0, 1e3)) == []
    assert jumps(two[0], Fit(Kooij(2.0, 1.0), 200.0, 1e3)) == [up(150.0, 1e3)]
    assert jumps(Fit(Constant(1.0), 10.0, 100.0), Fit(Kooij(2.0), 100.0, 1e3)) == [up(100.0, 1e3)]
