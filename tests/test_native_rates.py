"""Rate coefficients from native code against those that XLA evaluates."""

import ctypes
import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import rate_laws
from eqxfuse._native_rates import native_rows, native_rows_and_change
from eqxfuse._rate_laws import Fit, RateTable
from tests.helpers import random_state
from tests.rate_laws.contract import EXAMPLES, FIELDS, ORDINARY

ir = pytest.importorskip("llvmlite.ir")

EXTREMES = [eqx.tree_at(lambda c, f=f: getattr(c, f), ORDINARY, v) for f, values in FIELDS.items() for v in values]
POLICIES = ("clamp", "extrapolate", "zero")


def table_of_all_laws(copies=1):
    """Every law, for all temperatures and between limits; each row with parameters of its own."""
    fits, policies = [], []
    for n in range(copies):
        for law in EXAMPLES:
            own = jax.tree.map(lambda leaf, n=n: leaf * (1.0 + 0.01 * n), law)
            for policy in POLICIES:
                fits.append([Fit(own)] if policy == "extrapolate" else [Fit(own, 20.0 + n, 900.0 + n)])
                policies.append(policy)
    return RateTable.build(fits, policies)


def assert_equal(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=2e-13, atol=1e-300)


@pytest.mark.parametrize("copies", [1, 3, 7])
def test_every_law_at_extreme_conditions(copies):
    table = table_of_all_laws(copies)
    for conditions in EXTREMES:
        assert_equal(native_rows(table, conditions), table.rows(conditions))


def test_the_change_with_the_conditions():
    table = table_of_all_laws()
    change = ef.Conditions(**{f.name: 0.1 * getattr(ORDINARY, f.name) for f in dataclasses.fields(ORDINARY)})
    for temperature in (3.0, 35.0, 777.0, 2000.0):
        here = ORDINARY.at_temperature(temperature)
        rows, slopes = native_rows_and_change(table, here, change)
        expected = jax.jvp(table.rows, (here,), (change,))
        assert_equal(rows, expected[0])
        assert (np.abs(slopes - expected[1]) <= 1e-12 * (np.abs(expected[0]) + np.abs(expected[1]))).all()


@pytest.mark.parametrize("cells", [0, 1, 2, 9, 33])
def test_batches_are_the_cells(cells):
    table = table_of_all_laws()
    temperatures = jnp.linspace(5.0, 2000.0, cells)

    def rows(temperature):
        return native_rows(table, ORDINARY.at_temperature(temperature))

    batch = jax.vmap(rows)(temperatures)
    assert batch.shape == (cells, sum(table.layout.sizes))
    for own, temperature in zip(batch, temperatures, strict=True):
        np.testing.assert_array_equal(own, rows(temperature))


def test_batches_of_parameters():
    table = table_of_all_laws()
    scales = jnp.array([0.5, 1.0, 2.0])

    def rows(scale, temperature):
        scaled = jax.tree.map(lambda leaf: leaf * scale, table)
        return native_rows(scaled, ORDINARY.at_temperature(temperature))

    nested = jax.vmap(jax.vmap(rows, (None, 0)), (0, None))(scales, jnp.array([10.0, 300.0]))
    for i, scale in enumerate(scales):
        for j, temperature in enumerate((10.0, 300.0)):
            np.testing.assert_array_equal(nested[i, j], rows(scale, temperature))


def test_a_right_hand_side_takes_them():
    network = ef.networks.dark_cloud()
    native, plain = (ef.FusedRHS(network, backend=b) for b in ("llvm", "vectorized"))
    change = ef.Conditions(**{f.name: 1.0 for f in dataclasses.fields(ORDINARY)})
    for f in (
        lambda rhs: rhs.precompute(ORDINARY).k,
        lambda rhs: rhs.rate_coefficients(ORDINARY),
        lambda rhs: rhs.precompute_with_change(ORDINARY, change)[0].k,
        lambda rhs: rhs.precompute_with_change(ORDINARY, change)[1].k,
    ):
        np.testing.assert_allclose(f(native), f(plain), rtol=1e-12)
    text = jax.jit(lambda c: native.precompute(c).k).lower(ORDINARY).as_text()
    assert text.count("custom_call @eqxfuse") == 1
    assert "stablehlo.exponential" not in text


def test_derivatives():
    network = ef.networks.dark_cloud()
    native, plain = (ef.FusedRHS(network, backend=b) for b in ("llvm", "vectorized"))
    weights = jnp.cos(jnp.arange(len(network.reactions)))

    def loss(rhs):
        def value(conditions, table):
            k = eqx.tree_at(lambda r: r.table, rhs, table).precompute(conditions).k
            return jnp.sum(weights * jnp.log(k + 1e-30))

        return value

    ours, theirs = (jax.jit(jax.grad(loss(r), (0, 1)))(ORDINARY, native.table) for r in (native, plain))
    for a, b in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12 * float(jnp.abs(b).max()))

    def along(rhs):
        change = eqx.tree_at(lambda c: c.density, jax.tree.map(lambda _: 0.0, ORDINARY), 100.0)

        def value(temperature):
            here = ORDINARY.at_temperature(temperature)
            return jnp.sum(weights * rhs.precompute_with_change(here, change)[1].k)

        return jax.grad(value)(35.0)

    np.testing.assert_allclose(along(native), along(plain), rtol=1e-9)


def test_single_precision_is_left_to_xla():
    table = table_of_all_laws()
    narrow = jax.tree.map(lambda leaf: leaf.astype(jnp.float32), table)
    conditions = jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float32), ORDINARY)
    with jax.enable_x64(False) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64(False):
        assert native_rows(narrow, conditions) is None


def test_a_law_without_a_scalar_form_is_left_to_xla(caplog):
    def looked_up(conditions):
        return jnp.interp(conditions.temperature, jnp.array([10.0, 100.0]), jnp.array([1e-10, 2e-10]))

    network = ef.Network.from_reactions(["H2 -> H + H"], [rate_laws.UserRate(looked_up)])
    with caplog.at_level("INFO", "eqxfuse"):
        k = ef.FusedRHS(network, backend="llvm").rate_coefficients(ORDINARY.at_temperature(55.0))
    np.testing.assert_allclose(k, [1.5e-10])
    assert "evaluated by XLA, because of the JAX operation" in caplog.text


def test_fields_that_are_no_scalars_are_refused():
    rhs = ef.FusedRHS(ef.networks.dark_cloud(), backend="llvm")
    with pytest.raises(ValueError, match="got temperature"):
        rhs.precompute(ORDINARY.at_temperature(jnp.ones(3)))
    with pytest.raises(ValueError, match=r"Conditions.av must be a scalar, got shape \(2,\): use jax.vmap"):
        rhs.precompute(eqx.tree_at(lambda c: c.av, ORDINARY, jnp.ones(2)))


def test_time_dependent_conditions_in_a_solve():
    network = ef.networks.primordial()
    y = jnp.asarray(random_state(network)[0])
    y = y / y.sum()

    def cooling(t):
        return ef.Conditions(3000.0 / (1.0 + t / 1e10), 10.0 + 1e-9 * t)

    finals = [
        ef.solve(ef.FusedRHS(network, backend=b), cooling, y, 1e11, rtol=1e-8).abundances[-1]
        for b in ("llvm", "vectorized")
    ]
    np.testing.assert_allclose(*finals, rtol=1e-5, atol=1e-12)


@pytest.mark.parametrize("lanes", [1, 4])
def test_the_exponential_is_good_to_one_unit_in_the_last_place(lanes):
    from eqxfuse._emit._exponential import exponential
    from eqxfuse._emit._loops import DOUBLE, Code
    from eqxfuse._kernels._native import compile_ir, link

    module = ir.Module("exponential")
    code = Code(module, "many", 2, linkage="")
    number = DOUBLE if lanes == 1 else ir.VectorType(DOUBLE, lanes)
    with code.loop(0, 4096 // lanes) as i:
        code.store(exponential(code, code.load(code.arguments[0], i, number)), code.arguments[1], i)
    code.build.ret_void()
    address = link([compile_ir(str(module), optimise=True)], ["many"])["many"]
    x = np.random.default_rng(3).uniform(-745.0, 709.7, 4096)
    x[:14] = [0.0, -0.0, 1.0, -1.0, 709.78, 709.79, 710.0, 1e300, -1e300, np.inf, -np.inf, np.nan, -745.1, -745.2]
    x[14:1000] *= 1e-3
    found = np.zeros_like(x)
    ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(address)(x.ctypes.data, found.ctypes.data)
    with np.errstate(all="ignore"):
        expected = np.exp(x.astype(np.longdouble)).astype(float)
    np.testing.assert_array_equal(np.isfinite(found), np.isfinite(expected))
    fine = np.isfinite(expected)
    np.testing.assert_array_equal(found[~fine], expected[~fine])
    assert (np.abs(found[fine] - expected[fine]) <= np.spacing(expected[fine])).all()
