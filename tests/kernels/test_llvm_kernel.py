"""Native kernels beyond the specification that all backends share: batches, memory, derivatives, errors."""

import copy
import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("llvmlite")

import equinox as eqx

from eqxfuse import FusedRHS, RateCoefficients, networks
from eqxfuse._kernels.cpu.host import host
from eqxfuse._kernels.cpu.llvm_kernel import LlvmKernel, build_llvm_kernel
from eqxfuse._kernels.cpu.native import compile_ir
from eqxfuse._kernels.vectorized import VectorizedKernel
from eqxfuse._llvm.kernel.module import llvm_ir
from eqxfuse._lower.rhs import lower_rhs
from eqxfuse._program.ir import Array, Load, Program
from eqxfuse.errors import BackendUnavailable
from tests.helpers import assert_rounding, random_state
from tests.program.random_programs import assert_close, random_inputs, random_programs
from tests.python.test_jax_source import hostile_network

PROGRAMS = {"robertson": lower_rhs(networks.robertson()), "dark_cloud": lower_rhs(networks.dark_cloud())}


def arrays_of(program, cells=(), seed=0, dtype=float):
    rng = np.random.default_rng(seed)
    return [jnp.asarray(rng.uniform(0.5, 1.5, (*cells, a.length)), dtype) for a in program.inputs]


def both(name):
    return LlvmKernel(PROGRAMS[name]), VectorizedKernel(PROGRAMS[name])


@settings(max_examples=40, deadline=None)
@given(random_programs(), st.integers(1, 20), st.sampled_from([np.float32, np.float64]), st.booleans())
def test_random_programs(program, cells, dtype, shared):
    """One cell, and a batch whose second input is shared or not."""
    kernel = LlvmKernel(program)
    arrays = random_inputs(program, cells=(cells,), dtype=dtype)
    epsilon = float(np.finfo(dtype).eps)
    one = [a[0] for a in arrays]
    assert_close(kernel(*one), program, one, epsilon)
    if shared:
        arrays[1] = arrays[1][0]
    result = jax.vmap(kernel, (0, None if shared else 0))(*arrays)
    assert_close(result, program, arrays, epsilon)


@settings(max_examples=15, deadline=None)
@given(random_programs(compensated=True), st.integers(1, 20))
def test_random_compensated_programs(program, cells):
    arrays = random_inputs(program, cells=(cells,))
    assert_close(jax.vmap(LlvmKernel(program))(*arrays), program, arrays, 2.3e-16)


@pytest.mark.parametrize("cells", [0, 1, 2, 3, 8, 9, 100, 1000])
def test_batch_sizes(cells):
    kernel, plain = both("dark_cloud")
    arrays = arrays_of(kernel.program, (cells,))
    result = jax.jit(jax.vmap(kernel))(*arrays)
    assert result.shape == (cells, len(kernel.program.outputs))
    np.testing.assert_allclose(result, jax.vmap(plain)(*arrays), rtol=1e-12, atol=1e-13)


def test_a_million_cells():
    kernel, plain = both("robertson")
    y, k = arrays_of(kernel.program, (1_000_000,))
    np.testing.assert_allclose(jax.vmap(kernel)(y, k), jax.vmap(plain)(y, k), rtol=1e-13, atol=1e-13)


def test_every_pattern_of_shared_axes():
    """Three nested vmaps; along each axis an input is mapped or shared."""
    kernel, plain = both("robertson")
    sizes = (2, 3, 5)
    for pattern in np.ndindex(*(3,) * len(sizes)):  # 0: both mapped, 1: y only, 2: k only
        axes = [((0, 0), (0, None), (None, 0))[p] for p in pattern]
        shapes = [[n for n, own in zip(sizes, axes, strict=True) if own[i] == 0] for i in (0, 1)]
        y, k = (arrays_of(kernel.program, tuple(shape), seed=i)[i] for i, shape in enumerate(shapes))

        def nested(f, axes=axes):
            for own in reversed(axes):
                f = jax.vmap(f, own)
            return f

        np.testing.assert_allclose(nested(kernel)(y, k), nested(plain)(y, k), rtol=1e-13, atol=1e-13)


def test_every_cell_on_its_own_axis_position():
    kernel, plain = both("robertson")
    y, k = arrays_of(kernel.program, (4,))
    result = jax.vmap(kernel, (1, 0), out_axes=1)(y.T, k)
    np.testing.assert_allclose(result, jax.vmap(plain)(y, k).T, rtol=1e-13, atol=1e-13)


def test_strided_and_donated_arrays():
    kernel, plain = both("dark_cloud")
    y, k = arrays_of(kernel.program, (12,))
    wide = jnp.concatenate([y, y], axis=1)
    strided = jax.jit(lambda v: jax.vmap(kernel)(v[::2, : y.shape[1]], k[::2]))(wide)
    np.testing.assert_allclose(strided, jax.vmap(plain)(y[::2], k[::2]), rtol=1e-12, atol=1e-13)
    expected = np.asarray(y + jax.vmap(plain)(y, k))
    donated = jax.jit(lambda a, b: a + jax.vmap(kernel)(a, b), donate_argnums=0)(y, k)
    np.testing.assert_allclose(donated, expected, rtol=1e-12, atol=1e-13)


def test_nan_and_infinity_stay_in_their_cell():
    kernel, plain = both("robertson")
    y, k = arrays_of(kernel.program, (11,))
    y = y.at[3, 0].set(jnp.nan).at[6, 1].set(jnp.inf)
    result, expected = jax.vmap(kernel)(y, k), jax.vmap(plain)(y, k)
    np.testing.assert_array_equal(np.isnan(result), np.isnan(expected))
    np.testing.assert_array_equal(np.isinf(result), np.isinf(expected))
    assert np.isfinite(np.delete(result, [3, 6], axis=0)).all()
    np.testing.assert_array_equal(kernel(y[3], k[3]), result[3])


def test_outputs_without_statements():
    program = Program("f", (Array("y", 2),), (), (None, Load("y", 1)))
    np.testing.assert_array_equal(LlvmKernel(program)(jnp.array([3.0, 4.0])), [0.0, 4.0])


def test_wrong_arrays_are_refused_before_anything_runs():
    kernel, _ = both("robertson")
    y, k = arrays_of(kernel.program)
    with pytest.raises(ValueError, match=r"'y' must have shape \(3,\), got \(4,\)"):
        kernel(jnp.ones(4), k)
    with pytest.raises(TypeError, match="'k' must be float32 or float64, like all inputs; it is float32"):
        kernel(y, k.astype(jnp.float32))
    with pytest.raises(TypeError, match="'y' must be float32 or float64"):
        kernel(jnp.ones(3, jnp.int32), k)
    with pytest.raises(TypeError, match="takes 2 arrays, got 1"):
        kernel(y)
    with pytest.raises(ValueError, match=r"one axis, got \(2, 3\), \(2, 3\); use vmap"):
        kernel(jnp.stack([y, y]), jnp.stack([k, k]))


def test_other_devices_are_refused():
    kernel, _ = both("robertson")
    traced = jax.jit(kernel).trace(*arrays_of(kernel.program))
    with pytest.raises(BackendUnavailable, match="CPU only"):
        traced.lower(lowering_platforms=("cuda",))


@pytest.mark.parametrize("active", [(0,), (1,), (0, 1)])
def test_first_derivatives_are_native(active):
    """In both modes; nothing but native calls in the program that XLA gets."""
    kernel, plain = both("dark_cloud")
    arrays, weights = arrays_of(kernel.program), jnp.cos(jnp.arange(len(kernel.program.outputs), dtype=float))

    def gradients(k):
        return jax.grad(lambda *a: weights @ k(*a), active)(*arrays)

    for ours, theirs in zip(gradients(kernel), gradients(plain), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-12)
    text = jax.jit(lambda *a: jax.grad(lambda *b: weights @ kernel(*b), active)(*a)).lower(*arrays).as_text()
    assert "custom_call @eqxfuse" in text
    assert "gather" not in text


def test_derivatives_of_batches_with_shared_coefficients():
    kernel, plain = both("dark_cloud")
    y, k = arrays_of(kernel.program, (7,))

    def loss(kernel):
        return lambda a, b: jnp.sum(jax.vmap(kernel, (0, None))(a, b) ** 2)

    ours, theirs = (jax.jit(jax.grad(loss(f), (0, 1)))(y, k[0]) for f in (kernel, plain))
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10)


def test_jacobians_and_second_derivatives():
    kernel, plain = both("robertson")
    y, k = arrays_of(kernel.program)
    for jacobian in (jax.jacfwd, jax.jacrev):
        for a, b in zip(jacobian(kernel, (0, 1))(y, k), jax.jacfwd(plain, (0, 1))(y, k), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-13)
    for outer in (jax.jacfwd, jax.jacrev):
        for inner in (jax.jacfwd, jax.jacrev):
            np.testing.assert_allclose(
                outer(inner(kernel), 1)(y, k), jax.jacfwd(jax.jacfwd(plain), 1)(y, k), rtol=1e-12, atol=1e-13
            )
    third = jax.jacfwd(jax.jacrev(jax.jacfwd(kernel)))(y, k)
    np.testing.assert_allclose(third, jax.jacfwd(jax.jacfwd(jax.jacfwd(plain)))(y, k), atol=1e-12)


def test_linear_transpose_twice():
    """The transpose of a transpose is the derivative again."""
    kernel, plain = both("robertson")
    y, k = arrays_of(kernel.program)

    def push(f):
        return lambda t, s: jax.jvp(f, (y, k), (t, s))[1]

    pull = jax.linear_transpose(push(kernel), y, k)
    again = jax.linear_transpose(pull, y)
    np.testing.assert_allclose(again((y, 2 * k))[0], push(plain)(y, 2 * k), rtol=1e-12)


def test_a_kernel_is_a_static_field():
    class Model(eqx.Module):
        kernel: LlvmKernel = eqx.field(static=True)
        k: jax.Array

    kernel, _ = both("robertson")
    y, k = arrays_of(kernel.program)
    model = Model(kernel, k)
    expected = kernel(y, k)
    for other in (copy.copy(model), copy.deepcopy(model), jax.tree.map(lambda v: v, model)):
        np.testing.assert_array_equal(eqx.filter_jit(lambda m, v: m.kernel(v, m.k))(other, y), expected)
        assert jax.tree.structure(other) == jax.tree.structure(model)


def test_threads_may_build_and_call_at_once():
    program = lower_rhs(networks.synthetic(30, 120, seed=3))
    arrays = arrays_of(program, (50,))
    expected = jax.vmap(VectorizedKernel(program))(*arrays)
    results: list = []
    threads = [
        threading.Thread(target=lambda: results.append(jax.vmap(LlvmKernel(program))(*arrays))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    for result in results:
        np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-12)


def test_source_names_reactions_and_is_what_runs():
    source = build_llvm_kernel(PROGRAMS["robertson"]).source
    for comment in (s.comment for s in PROGRAMS["robertson"].statements if s.comment):
        assert f"; {comment}\n" in source
    assert "fmul <" in source
    assert "fmul double" in source


def test_hostile_names_stay_in_the_comments():
    """A name that left its comment would be an instruction."""
    rhs = FusedRHS(hostile_network(), backend="llvm")
    assert rhs.source.isascii()
    assert all(line.isprintable() for line in rhs.source.split("\n"))
    modules = llvm_ir(rhs.kernel.program, host().shape("float64"), "hostile", comments=True)
    plain = llvm_ir(rhs.kernel.program, host().shape("float64"), "hostile")
    assert modules.arithmetic != plain.arithmetic
    assert compile_ir(modules.arithmetic, level=0) == compile_ir(plain.arithmetic, level=0)
    values, coefficients = random_state(rhs.network)
    result = rhs(0.0, jnp.asarray(values), RateCoefficients(jnp.asarray(coefficients)))
    assert_rounding(result, rhs.network, values, coefficients)
