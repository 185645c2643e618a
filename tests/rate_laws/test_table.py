from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqxfuse import rate_laws
from eqxfuse.errors import UnsupportedRateLaw
from eqxfuse.rate_laws import Fit, RateTable

from .contract import EXAMPLES, ORDINARY

POLICIES = ["extrapolate", "bounded", "clamp", "zero"]

# Three fits as they stand in rate files: a limit that two ranges share, and a gap of 1 K.
PIECES = (
    Fit(rate_laws.Kooij(1e-10, 0.5, 0.0), 10.0, 100.0),
    Fit(rate_laws.IonPolar1(1.0, 1e-9, 2.0), 100.0, 300.0),
    Fit(rate_laws.Kooij(3e-10, 0.0, 900.0), 301.0, 3000.0),
)


def _law(fit, temperature):
    return float(fit.law.coefficient(ORDINARY.at_temperature(temperature)))


def expected(fits, policy, temperature):
    """The rules in words, for one reaction."""
    holding = [fit for fit in fits if fit.t_min <= temperature <= fit.t_max]
    if holding:
        return _law(holding[0], temperature)
    nearest = min(fits, key=lambda fit: max(fit.t_min - temperature, temperature - fit.t_max))
    outside = temperature < min(f.t_min for f in fits) or temperature > max(f.t_max for f in fits)
    if outside and policy == "zero":
        return 0.0
    at_limit = _law(nearest, min(max(temperature, nearest.t_min), nearest.t_max))
    if outside and policy == "extrapolate":
        return _law(nearest, temperature)
    if outside and policy == "bounded":
        return min(_law(nearest, temperature), at_limit)
    return at_limit


def evaluate(fits, policies, temperature):
    return np.asarray(RateTable.build(fits, policies)(ORDINARY.at_temperature(temperature)))


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("temperature", [5.0, 10.0, 60.0, 100.0, 200.0, 300.0, 300.3, 300.8, 301.0, 3e3, 2e4])
def test_the_fit_that_holds_the_temperature_else_the_nearest(policy, temperature):
    np.testing.assert_allclose(evaluate([PIECES], [policy], temperature), [expected(PIECES, policy, temperature)])


def test_the_first_of_two_fits_that_share_a_limit():
    there = ORDINARY.at_temperature(100.0)
    assert evaluate([PIECES], ["clamp"], 100.0)[0] == PIECES[0].law.coefficient(there)
    assert evaluate([PIECES[::-1]], ["clamp"], 100.0)[0] == PIECES[1].law.coefficient(there)


def test_eight_fits_of_one_reaction_in_any_order():
    edges = [10.0, 20.0, 40.0, 80.0, 150.0, 300.0, 600.0, 1200.0, 2400.0]
    fits = [Fit(rate_laws.Kooij(1e-10 * (i + 1)), *edges[i : i + 2]) for i in range(8)]
    for order in (fits, fits[::-1], fits[3:] + fits[:3]):
        for temperature in (3.0, *np.sqrt(np.multiply(edges[:-1], edges[1:])), 5e3):
            np.testing.assert_allclose(
                evaluate([order], ["clamp"], temperature), [expected(order, "clamp", temperature)]
            )


ranges = st.tuples(st.integers(1, 40), st.integers(1, 40)).map(lambda pair: tuple(10.0 * x for x in sorted(pair)))
kooij = st.builds(rate_laws.Kooij, st.floats(1e-12, 1e-8), st.floats(-2, 2), st.floats(-50, 5e3))
photo = st.builds(rate_laws.Photo, st.floats(1e-12, 1e-8), st.floats(0, 4))
pieces = st.lists(st.builds(lambda law, span: Fit(law, *span), kooij | photo, ranges), min_size=1, max_size=4)
policies = st.sampled_from(POLICIES)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(pieces, policies), min_size=1, max_size=6), st.sampled_from([1.0, 55.0, 200.0, 390.5, 9e3]))
def test_any_table_follows_the_rules(reactions, temperature):
    fits, chosen = zip(*reactions, strict=True)
    np.testing.assert_allclose(
        evaluate(fits, chosen, temperature),
        [expected(own, policy, temperature) for own, policy in reactions],
        rtol=1e-13,
    )


def test_every_law_keeps_its_place():
    fits = [[Fit(law)] for law in (*EXAMPLES, *EXAMPLES[::-1])]
    value = evaluate(fits, ["clamp"] * len(fits), 35.0)
    np.testing.assert_allclose(value, [_law(own[0], 35.0) for own in fits], rtol=1e-14)


def test_lists_the_reactions_whose_laws_depend_on_abundances():
    h2, c = rate_laws.ShieldedH2(), rate_laws.ShieldedC(3e-10, 3.0)
    table = RateTable.build([[Fit(law)] for law in (h2, rate_laws.Kooij(1.0), c, h2)], ["clamp"] * 4)
    found = {type(table.laws[g]): reactions for g, reactions in table.layout.modified}
    assert found == {rate_laws.ShieldedH2: (0, 3), rate_laws.ShieldedC: (2,)}


def test_several_fits_may_not_depend_on_abundances():
    fits = [Fit(rate_laws.ShieldedH2(), 0.0, 100.0), Fit(rate_laws.Photo(1e-11, 2.0), 100.0, 1e4)]
    with pytest.raises(UnsupportedRateLaw, match="reaction 0 has 2 fits"):
        RateTable.build([fits], ["clamp"])


def test_an_empty_table():
    assert evaluate([], [], 10.0).shape == (0,)


def test_a_batch_without_vmap_is_refused():
    with pytest.raises(ValueError, match=r"temperature\(2,\).*vmap"):
        RateTable.build([PIECES], ["clamp"])(ORDINARY.at_temperature(jnp.asarray([10.0, 20.0])))


def test_maps_over_temperatures_in_different_fits():
    table = RateTable.build([PIECES, PIECES[1:2]], ["clamp", "zero"])
    temperatures = np.array([5.0, 60.0, 200.0, 300.4, 1e3, 2e4])
    batch = jax.vmap(lambda t: table(ORDINARY.at_temperature(t)))(jnp.asarray(temperatures))
    rows = [[expected(PIECES, "clamp", t), expected(PIECES[1:2], "zero", t)] for t in temperatures]
    np.testing.assert_allclose(batch, rows, rtol=1e-13)


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
@pytest.mark.parametrize("own_dtype", [True, False])
def test_dtype_is_that_of_the_laws(dtype, own_dtype):
    """Conditions hold arrays of this dtype, or Python floats, which take any."""
    fits = [PIECES, PIECES[:1], *([Fit(law)] for law in EXAMPLES)]
    table = RateTable.build(fits, [("clamp", "zero")[i % 2] for i in range(len(fits))])
    table = jax.tree.map(lambda x: x.astype(dtype), table)
    conditions = jax.tree.map(lambda x: jnp.asarray(x, dtype), ORDINARY) if own_dtype else ORDINARY
    assert table(conditions).dtype == dtype


def test_derivatives_are_finite_where_a_fit_far_away_would_overflow():
    steep = (Fit(rate_laws.Kooij(1e-10, 40.0, -4e4), 900.0, 1000.0), Fit(rate_laws.Kooij(1e-9), 1000.0, 4e4))
    table = RateTable.build([steep, PIECES] * 4, [policy for policy in POLICIES for _ in (steep, PIECES)])

    @jax.jit
    def derivatives(table, temperature):
        slope = jax.jacfwd(lambda t: table(ORDINARY.at_temperature(t)))(temperature)
        return slope, jax.grad(lambda table: table(ORDINARY.at_temperature(temperature)).sum())(table)

    for temperature in (1e-3, 1.0, 50.0, 100.0, 1e5, 1e9):
        assert all(np.all(np.isfinite(x)) for x in jax.tree.leaves(derivatives(table, temperature)))


BARRIER, RISING = (
    (Fit(rate_laws.Kooij(1e-11, 1.0, 3000.0), 200.0, 3000.0),),
    (Fit(rate_laws.Kooij(1e-9, -0.5, -40.0), 50.0, 300.0),),
)


def test_barriers_fall_and_rising_coefficients_stay_when_bounded():
    fits = [BARRIER, RISING, PIECES]
    extrapolated, bounded, clamped = (evaluate(fits, [p] * 3, 10.0) for p in ("extrapolate", "bounded", "clamp"))
    assert extrapolated[0] == bounded[0] < 1e-140 and clamped[0] > 1e-18
    assert extrapolated[1] > 50 * clamped[1] and bounded[1] == clamped[1]
    assert np.all(bounded == np.minimum(extrapolated, clamped))


@pytest.mark.parametrize("policy", ["extrapolate", "bounded"])
def test_bounded_and_extrapolated_coefficients_map_and_differentiate(policy):
    table = RateTable.build([BARRIER, RISING, PIECES], [policy] * 3)
    compiled = jax.jit(jax.vmap(lambda t: table(ORDINARY.at_temperature(t))))
    temperatures = np.array([10.0, 100.0, 1000.0, 2e4])
    rows = [[expected(own, policy, t) for own in (BARRIER, RISING, PIECES)] for t in temperatures]
    np.testing.assert_allclose(compiled(jnp.asarray(temperatures)), rows, rtol=1e-13)
    slope = jax.jacfwd(lambda t: jnp.log(table(ORDINARY.at_temperature(t))))(100.0)
    assert slope[0] == pytest.approx(1.0 / 100.0 + 3000.0 / 100.0**2, rel=1e-12)
    assert slope[1] == pytest.approx(-0.5 / 100.0 - 40.0 / 100.0**2, rel=1e-12)
    beyond = jax.jacfwd(lambda t: jnp.log(table(ORDINARY.at_temperature(t))))(20.0)[1]
    assert beyond == (0.0 if policy == "bounded" else pytest.approx(-0.5 / 20.0 - 40.0 / 20.0**2, rel=1e-12))


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
def test_no_policy_overflows_at_extreme_temperatures(dtype):
    falling = (Fit(rate_laws.Kooij(1e-10, 2.0, -3000.0), 500.0, 1000.0),)
    laws = [rate_laws.ThreeBody(1e-32, -1.0, -900.0), rate_laws.FallOff(1e-30, -1.0, -900.0, 1e-10, 0.0, -400.0)]
    fits = [falling, BARRIER, RISING, *((Fit(law, 300.0, 1000.0),) for law in laws)]
    table = RateTable.build(fits * 4, [policy for policy in POLICIES for _ in fits])
    table = jax.tree.map(lambda x: x.astype(dtype), table)

    @partial(jax.value_and_grad, argnums=(0, 1))
    def total(temperature, table):
        return table(ORDINARY.at_temperature(temperature)).sum()

    for temperature in (0.01, 0.1, 1.0, 1e5, 1e7):
        found = jax.jit(total)(jnp.asarray(temperature, dtype), table)
        assert all(np.all(np.isfinite(x)) for x in jax.tree.leaves(found))


def test_derivatives_see_the_fit_in_use_alone():
    table = RateTable.build([PIECES], ["clamp"])
    slope = jax.grad(lambda t: table(ORDINARY.at_temperature(t))[0])
    np.testing.assert_allclose(slope(60.0), 0.5 / 60.0 * _law(PIECES[0], 60.0), rtol=1e-13)
    assert slope(5.0) == 0.0
    gradient = jax.grad(lambda table: table(ORDINARY.at_temperature(60.0))[0])(table)
    kooij = next(law for law in gradient.laws if isinstance(law, rate_laws.Kooij))
    np.testing.assert_allclose(kooij.alpha, [(60.0 / 300.0) ** 0.5, 0.0], rtol=1e-13)


def test_a_parameter_can_be_replaced_without_rebuilding():
    table = RateTable.build([PIECES[:1]], ["clamp"])
    double = eqx.tree_at(lambda t: t.laws[0].alpha, table, 2 * table.laws[0].alpha)
    np.testing.assert_allclose(double(ORDINARY), 2 * table(ORDINARY), rtol=1e-14)


def test_equal_tables_share_what_was_compiled():
    compiled = jax.jit(lambda table, conditions: table(conditions))
    fits = [PIECES, (Fit(rate_laws.CosmicRay(2.0), 0.0, np.inf),)]
    for scale in (1.0, 2.0):
        moved = [[Fit(fit.law, fit.t_min, fit.t_max) for fit in own] for own in fits]
        table = RateTable.build(moved, ["clamp", "zero"])
        compiled(eqx.tree_at(lambda t: t.laws[0].alpha, table, scale * table.laws[0].alpha), ORDINARY)
    assert compiled._cache_size() == 1
    for other in (["zero", "zero"], ["extrapolate", "zero"]):
        compiled(RateTable.build(fits, other), ORDINARY)
    assert compiled._cache_size() == 3
    wider = [[Fit(PIECES[0].law, 10.0, 100.5), *PIECES[1:]], fits[1]]
    assert RateTable.build(wider, ["clamp", "zero"]).layout != RateTable.build(fits, ["clamp", "zero"]).layout


@pytest.mark.parametrize(("block", "gathers"), [(10, False), (1, True)])
def test_laws_in_long_runs_are_joined_and_others_gathered(block, gathers):
    pair = rate_laws.Kooij(2e-10, -0.5, 100.0), rate_laws.Photo(3e-10, 2.0)
    laws = [jax.tree.map(lambda leaf, n=n: leaf * (1.0 + n), pair[n // block % 2]) for n in range(40)]
    table = RateTable.build([[Fit(law)] for law in laws], ["extrapolate"] * 40)
    np.testing.assert_allclose(table(ORDINARY), [law.coefficient(ORDINARY) for law in laws], rtol=1e-12)
    assert ("stablehlo.gather" in jax.jit(lambda c: table(c)).lower(ORDINARY).as_text()) == gathers
