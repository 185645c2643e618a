"""Coefficients as native loops over rows, against the table in JAX."""

import ctypes
from dataclasses import replace
from itertools import cycle

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse._chemistry.conditions import FIELDS
from eqxfuse._rhs.coefficients import coefficients
from eqxfuse._rhs.rate_rows import RateRows
from eqxfuse.ir import Call
from eqxfuse.rate_laws import UserRate
from tests.helpers import shared
from tests.rate_laws.moving import POLICIES, every_policy, moving_network

ir = pytest.importorskip("llvmlite.ir")

TEMPERATURES = (3.1, 41.7, 104.3, 997.0, 7001.0, 5e4)
LIMITS = (10.0, 90.0, 300.0, 1000.0, 41000.0)
"""Where ranges end, and slopes are those of either side."""
SMALLEST = 1e-300
"""JAX's exponential is 0 before it has to be."""


def native(program, lanes):
    """`run(uniform, table, own)` -> [outputs, length, lanes]: a program of rows, compiled; `table` is an array
    [joined], or [joined, lanes] with `own`."""
    from eqxfuse._kernels.cpu.native import compile_ir, link
    from eqxfuse._llvm.algebra.rows import emit_rows

    number = ir.VectorType(ir.DoubleType(), lanes) if lanes > 1 else ir.DoubleType()
    module = ir.Module()
    emit_rows(module, "rows", program, number).linkage = "external"
    address = link([compile_ir(str(module), optimise=True)], ["rows"])["rows"]
    pointers = len(program.uniform) + 1 + program.outputs
    function = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * pointers)(address)

    def run(uniform, table, own=False):
        table = np.ascontiguousarray(table, float)
        words = np.array([int(own), table.ctypes.data], np.uint64)
        uniform = [
            np.ascontiguousarray(np.broadcast_to(np.asarray(u, float).T, (lanes, len(FIELDS))).T) for u in uniform
        ]
        outputs = np.full((program.outputs, program.length, lanes), np.nan)
        addresses = [a.ctypes.data for a in (*uniform, words, *outputs)]
        function(*addresses)
        return outputs

    return run


def _every_policy_in_turn(network):
    """Each reaction with the next of the policies outside of its ranges."""
    reactions = zip(network.reactions, cycle(POLICIES), strict=False)
    return ef.Network(network.species, tuple(replace(r, out_of_range=policy) for r, policy in reactions))


def _at(temperature):
    return ef.Conditions(temperature, 2e4, zeta=5e-17, g0=3.0, av=1.7, dust_temperature=14.0)


def _assert_table(network, state="abundance"):
    """The coefficients and their changes, shared parameters and own ones, at all temperatures."""
    rows, lanes = RateRows(network, state), 4
    table = network.rate_table
    vector = np.asarray(rows.vector(table))
    scale = np.array([1.0, 0.5, 1.1, 2.0])
    many = vector[:, None] * scale
    change = np.asarray(_at(10.0).vector()) * np.linspace(-0.3, 0.5, len(FIELDS))
    count = len(network.reactions)

    @jax.jit
    def expected(fields, vector):
        def k(fields):
            return coefficients(network, state, rows.of(vector), ef.Conditions.from_vector(fields))

        return jnp.stack(jax.jvp(k, (fields,), (jnp.asarray(change),)))

    one, block, both = native(rows.values(), 1), native(rows.values(), lanes), native(rows.changes(), lanes)
    for temperature in (*TEMPERATURES, *LIMITS):
        fields = np.asarray(_at(temperature).vector())
        k, dk = np.asarray(expected(fields, vector))
        for found in (one([fields], vector)[0], block([fields], vector)[0], both([fields, change], vector)[0]):
            _assert_close(found[:count], k[:, None], network, 0.0)
        if temperature in TEMPERATURES:
            largest = np.abs(k) * (1.0 + 1e4 / temperature)
            _assert_close(both([fields, change], vector)[1, :count], dk[:, None], network, 1e-13 * largest[:, None])
        own = np.stack([np.asarray(expected(fields, many[:, i]))[0] for i in range(lanes)], axis=1)
        _assert_close(block([fields], many, own=True)[0, :count], own, network, 0.0)


def _assert_close(found, expected, network, absolute):
    """To a few units in the last place of a coefficient's logarithm, which is what exponentials are made from."""
    logarithm = np.abs(np.log(np.maximum(np.abs(expected), SMALLEST)))
    relative = 4.0 * np.finfo(float).eps * np.maximum(logarithm, 112.0)
    excess = np.abs(found - expected) - relative * np.abs(expected) - SMALLEST - absolute
    worst = int(np.argmax(excess.max(axis=1)))
    assert (excess <= 0.0).all(), f"{network.reactions[worst]}: {found[worst]}, expected {expected[worst]}"


@pytest.mark.parametrize("state", ["abundance", "density"])
def test_rows_are_the_table(state):
    _assert_table(every_policy(), state)


@pytest.mark.parametrize("file", ["uclchem_gas_phase_only.csv", "rate22_final.rates", "gas_reactions_kida.uva.2024.in"])
@pytest.mark.filterwarnings("ignore:.*negative rate coefficient")
def test_rows_are_the_table_of_the_databases(file):
    _assert_table(_every_policy_in_turn(ef.read_network(shared(f"networks/{file}"), grains="none")))


def test_rows_that_are_alike_share_the_costly_functions():
    """But for the order of the rows: parameters that are changed later are computed with."""
    network = moving_network("extrapolate")
    rows = RateRows(network, "abundance")
    loop = max(rows.values().loops, key=lambda loop: len(loop.rows))
    alike, each = ({s.expr.function for s in p.statements if isinstance(s.expr, Call)} for p in (loop.alike, loop.each))
    assert alike >= {"exp"}
    assert not each & {"exp", "log", "div"}
    vector = np.asarray(rows.vector(network.rate_table))
    moved = vector * np.linspace(0.9, 1.1, len(vector)) + 1e-3 * np.arange(len(vector)) * (vector == 0)
    fields = np.asarray(_at(77.0).vector())
    expected = coefficients(network, "abundance", rows.of(moved), _at(77.0))
    found = native(rows.values(), 1)([fields], moved)[0, : len(network.reactions), 0]
    _assert_close(found[:, None], np.asarray(expected)[:, None], network, 0.0)


def test_tables_that_are_not_these_rows():
    network = moving_network("clamp")
    rows = RateRows(network, "abundance")
    table = network.rate_table
    assert rows.vector(jax.tree.map(lambda leaf: leaf.astype(jnp.float32), table)) is None
    assert rows.vector(moving_network("zero").rate_table) is None
    law = next(i for i, law in enumerate(table.laws) if isinstance(law, ef.rate_laws.Kooij))
    single = eqx.tree_at(lambda t: t.laws[law].beta, table, jnp.asarray(0.5))
    assert rows.vector(single).shape == (rows.joined.length,)
    assert jax.tree.map(jnp.shape, rows.of(rows.vector(single))) == jax.tree.map(jnp.shape, table)


def test_a_law_without_scalar_form_is_named():
    def ordered(conditions):
        return 1e-12 * jnp.sort(jnp.stack([conditions.temperature, conditions.av]))[0]

    network = ef.Network.from_reactions("H + H -> H2", UserRate(ordered))
    with pytest.raises(NotImplementedError, match="UserRate, because of the JAX operation"):
        RateRows(network, "abundance").values()
