"""Tables of conditions: what lies between their rows, what is refused."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

import eqxfuse as ef
from tests.history.network import DENSITIES, TEMPERATURES, TIMES, warm_up

AV = np.array([1.0, 1.0, 1.0, 2.0, 3.0, 3.0, 0.0, 0.0, 1.0])
INSIDE = np.sort(np.random.default_rng(0).uniform(0.0, TIMES[-1], 200))


def every_kind(rows=slice(None), **options):
    """Fields in their logarithm, one that is 0 somewhere, one in itself, a constant, a parameter."""
    fields = {"temperature": TEMPERATURES, "density": DENSITIES, "av": AV, "g0": AV}
    parameters = {"user_x": (AV - 1.5)[rows], "user_y": -2.0}
    conditions = ef.Conditions(**{name: own[rows] for name, own in fields.items()}, zeta=1e-16, parameters=parameters)
    return ef.History(TIMES[rows], conditions, **options)


@pytest.mark.parametrize("rows", [slice(None), slice(0, 2), slice(0, 3), slice(3, 8)])
def test_cubics_are_those_of_pchip(rows):
    times = TIMES[rows]
    found = every_kind(rows, outside="hold")(INSIDE)
    held = np.clip(INSIDE, times[0], times[-1])
    expected = {
        "temperature": np.exp(PchipInterpolator(times, np.log(TEMPERATURES[rows]))(held)),
        "density": np.exp(PchipInterpolator(times, np.log(DENSITIES[rows]))(held)),
        "av": PchipInterpolator(times, AV[rows])(held),
        "user_x": PchipInterpolator(times, AV[rows] - 1.5)(held),
    }
    if not AV[rows].all():
        expected["g0"] = expected["av"]
    for name, values in expected.items():
        np.testing.assert_allclose(getattr(found, name), values, rtol=1e-12, atol=1e-12, err_msg=name)
    assert (np.asarray(found.zeta) == 1e-16).all() and (np.asarray(found.user_y) == -2.0).all()


def test_straight_lines():
    found = every_kind(interpolation="linear")(INSIDE)
    np.testing.assert_allclose(found.temperature, np.exp(np.interp(INSIDE, TIMES, np.log(TEMPERATURES))), rtol=1e-12)
    np.testing.assert_allclose(found.av, np.interp(INSIDE, TIMES, AV), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("interpolation", ["cubic", "linear"])
def test_what_is_constant_in_a_table_is_so_to_the_last_bit(interpolation):
    """At 10 K, where the ranges of many coefficients begin, the last bit decides."""
    table = np.array([10.0, 10.0, 10.0, 30.0, 10.0, 10.0, 0.3, 0.3, 7.7])
    history = ef.History(TIMES, ef.Conditions(table, table, av=table), interpolation=interpolation)
    found = history(INSIDE)
    row = np.searchsorted(TIMES, INSIDE) - 1
    flat = table[row] == table[row + 1]
    assert 50 < flat.sum() < 150
    for name in history.changing:
        np.testing.assert_array_equal(np.asarray(getattr(found, name))[flat], table[row][flat])
    np.testing.assert_array_equal(history(TIMES).temperature, table)


def test_padding_changes_nothing():
    history = every_kind()
    longer = history.padded(100)
    assert (history.padded().times.shape, longer.times.shape) == ((16,), (128,))
    assert history.padded().padded().times.shape == (16,)
    slopes = jax.jit(lambda h: jax.jvp(h, (jnp.asarray(TIMES),), (jnp.ones(9),)))
    for a, b in zip(jax.tree.leaves(slopes(history)), jax.tree.leaves(slopes(longer)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-15)


def test_derivatives_are_those_of_the_table():
    """To its values and to the time, at knots as between them."""

    def temperature(table, t):
        return jnp.log(ef.History(TIMES, ef.Conditions(table, DENSITIES))(t).temperature)

    times = jnp.concatenate([INSIDE[::20], TIMES[[0, 2, 8]]])
    table = jnp.asarray(TEMPERATURES)
    slopes = jax.jit(jax.vmap(jax.grad(temperature, (0, 1)), (None, 0)))(table, times)
    curve = PchipInterpolator(TIMES, np.log(TEMPERATURES))
    np.testing.assert_allclose(slopes[1], curve.derivative()(times), rtol=1e-10, atol=1e-25)
    for j in (1, 5, 8):
        up, down = (curve_of(TEMPERATURES + sign * 1e-5 * (np.arange(9) == j))(times) for sign in (1, -1))
        np.testing.assert_allclose(slopes[0][:, j], (up - down) / 2e-5, rtol=1e-6, atol=1e-9)


def curve_of(temperatures):
    return PchipInterpolator(TIMES, np.log(temperatures))


def test_times_outside():
    history = warm_up()
    with pytest.raises(
        ValueError, match=r"the time, 100001 yr, is a time outside of its history: .* \(0 to 100000 yr\)"
    ):
        history(TIMES[-1] + ef.YEAR)
    held = warm_up(outside="hold")(jnp.array([-1e9, 2 * TIMES[-1]]))
    np.testing.assert_array_equal(held.temperature, TEMPERATURES[[0, -1]])


def test_a_batch_has_the_histories_it_was_made_of():
    short = every_kind(slice(0, 5))
    batch = ef.History.stack([every_kind(), short])
    assert repr(batch).startswith("History(2 of 16 rows, temperature, density, g0, av, user_x changing")
    again = ef.History.stack([batch, short]).cells
    assert len(again) == 3
    np.testing.assert_array_equal(again[1](TIMES[:5]).av, short(TIMES[:5]).av)
    with pytest.raises(ValueError, match="same columns, interpolation and outside"):
        ef.History.stack([every_kind(), warm_up()])
    with pytest.raises(ValueError, match=r"batch of \(2,\) histories"):
        _ = batch.course


def with_row(row, value, table=TEMPERATURES):
    return np.where(np.arange(len(table)) == row, value, table)


@pytest.mark.parametrize(
    ("times", "fields", "message"),
    [
        (with_row(3, np.nan, TIMES), {}, "row 3 of the time must be finite, got nan"),
        (with_row(3, 1.0, TIMES), {}, "times must increase: row 3 of the time is 1.0 s after"),
        (TIMES[:1], {}, "two or more times"),
        (TIMES, {"temperature": with_row(4, -1.0)}, "row 4 of the temperature must be finite and positive, got"),
        (TIMES, {"av": with_row(8, np.inf)}, "row 8 of the av must be finite and zero or more, got"),
        (TIMES, {"av": AV[:3]}, "av must be a number or have a value for each of the 9 times, got shape (3,)"),
        (TIMES, {"parameters": {"user_x": with_row(2, np.nan)}}, "row 2 of the user_x must be finite, got"),
    ],
)
def test_bad_tables(times, fields, message):
    given = {"temperature": TEMPERATURES, "density": DENSITIES, **fields}
    with pytest.raises(ValueError, match=re.escape(message)):
        ef.History(times, ef.Conditions(**given))


def test_bad_options():
    for options in ({"interpolation": "quintic"}, {"outside": "wrap"}):
        with pytest.raises(ValueError, match=next(iter(options))):
            warm_up(**options)
    with pytest.raises(TypeError, match="conditions must be Conditions"):
        ef.History(TIMES, TEMPERATURES)
