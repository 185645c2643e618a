"""One specification, run over every backend: values, transformations and derivatives."""

import functools
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import networks
from eqxfuse._kernels import Capabilities, build_kernel
from eqxfuse._lower.rhs import lower_rhs
from eqxfuse._program.reference import evaluate
from tests.helpers import BACKENDS, assert_rounding, direct, random_state

NETWORKS = {
    "robertson": networks.robertson,
    "primordial": networks.primordial,
    "dark_cloud": networks.dark_cloud,
    "synthetic": functools.partial(networks.synthetic, 60, 400, seed=1),
}


def _large(backend):
    """The network that derivatives and batches are tried with; XLA takes long over many lines of text."""
    return "primordial" if backend == "jax" else "dark_cloud"


@functools.cache
def _network(name):
    return NETWORKS[name]()


@functools.cache
def _kernel(name, backend, compensated=False):
    return build_kernel(lower_rhs(_network(name), compensated), backend)


def _arrays(name, seed=0, dtype=jnp.float64):
    y, k = random_state(_network(name), seed)
    modified = sum(len(own) for _, own in _network(name).rate_table.layout.modified)
    arrays = [y, k, *([np.ones(modified)] if modified else [])]
    return [jnp.asarray(a, dtype) for a in arrays]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize(("dtype", "factor"), [(jnp.float64, 4e-15), (jnp.float32, 2e-6)])
def test_values(name, backend, dtype, factor):
    y, k, *rest = _arrays(name, dtype=dtype)
    result = _kernel(name, backend)(y, k, *rest)
    assert result.dtype == dtype
    assert_rounding(result, _network(name), y, k, factor)


@pytest.mark.parametrize("backend", BACKENDS)
def test_zero_and_negative_abundances(backend):
    y, k, *rest = _arrays("dark_cloud")
    for state in (jnp.zeros_like(y), -y):
        assert_rounding(_kernel("dark_cloud", backend)(state, k, *rest), _network("dark_cloud"), state, k)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("cells", [1, 7, 33])
def test_vmap_is_a_loop_over_cells(backend, cells):
    name = _large(backend)
    kernel = _kernel(name, backend)
    y, k, *rest = _arrays(name)
    scale = jnp.linspace(0.5, 2.0, cells)[:, None]
    each = jax.vmap(kernel)(y * scale, k / scale, *(jnp.tile(r, (cells, 1)) for r in rest))
    shared = jax.vmap(lambda v: kernel(v, k, *rest))(y * scale)
    for i in range(cells):
        assert_rounding(each[i], _network(name), (y * scale)[i], (k / scale)[i])
        assert_rounding(shared[i], _network(name), (y * scale)[i], k)


@pytest.mark.parametrize("backend", BACKENDS)
def test_nested_vmap_and_in_axes(backend):
    kernel = _kernel("primordial", backend)
    y, k, *rest = _arrays("primordial")
    ys, ks = jnp.stack([y, 2 * y], axis=1), jnp.stack([k, 3 * k, 5 * k])
    result = jax.vmap(jax.vmap(lambda a, b: kernel(a, b, *rest), (None, 0)), (1, None))(ys, ks)
    expected = [[kernel(ys[:, i], ks[j], *rest) for j in range(3)] for i in range(2)]
    np.testing.assert_allclose(result, np.array(expected), rtol=1e-13, atol=1e-30)


@pytest.mark.parametrize("backend", BACKENDS)
def test_loops(backend):
    kernel = _kernel("primordial", backend)
    y, k, *rest = _arrays("primordial")

    def step(v, _):
        return v + 1e-3 * kernel(v, k, *rest), None

    scanned = jax.jit(lambda v: jax.lax.scan(step, v, None, length=5)[0])(y)
    looped = jax.jit(lambda v: jax.lax.while_loop(lambda c: c[0] < 5, lambda c: (c[0] + 1, step(c[1], 0)[0]), (0, v)))(
        y
    )
    expected = y
    for _ in range(5):
        expected = step(expected, None)[0]
    np.testing.assert_allclose(scanned, expected, rtol=1e-14)
    np.testing.assert_allclose(looped[1], expected, rtol=1e-14)


@pytest.mark.parametrize("backend", BACKENDS)
def test_forward_derivative_against_differences(backend):
    """Central differences of the reference evaluator in 80 bits."""
    name = _large(backend)
    arrays = _arrays(name)
    tangents = [a * jnp.cos(jnp.arange(len(a), dtype=a.dtype)) for a in arrays]
    _, tangent = jax.jvp(_kernel(name, backend), tuple(arrays), tuple(tangents))
    program, h = lower_rhs(_network(name)), 1e-6

    def moved(sign):
        pairs = zip(program.inputs, arrays, tangents, strict=True)
        wide = {a.name: np.asarray(v, np.longdouble) + sign * h * np.asarray(t, np.longdouble) for a, v, t in pairs}
        return evaluate(program, wide)

    expected = (moved(1) - moved(-1)) / (2 * h)
    gross = direct(_network(name), *arrays[:2])[1]
    np.testing.assert_array_less(np.abs(np.asarray(tangent) - expected), 1e-10 * gross + 1e-300)


@pytest.mark.parametrize("backend", BACKENDS)
def test_reverse_derivative_is_the_transpose_of_the_forward_one(backend):
    kernel = _kernel(_large(backend), backend)
    arrays = tuple(_arrays(_large(backend)))
    weights = jnp.cos(jnp.arange(len(arrays[0]), dtype=jnp.float64))
    _, pullback = jax.vjp(kernel, *arrays)
    gradients = pullback(weights)
    tangents = tuple(a * jnp.sin(jnp.arange(len(a), dtype=a.dtype)) for a in arrays)
    _, pushed = jax.jvp(kernel, arrays, tangents)
    left = sum(jnp.vdot(g, t) for g, t in zip(gradients, tangents, strict=True))
    size = sum(jnp.vdot(jnp.abs(g), jnp.abs(t)) for g, t in zip(gradients, tangents, strict=True))
    assert abs(left - jnp.vdot(weights, pushed)) <= 1e-13 * size


@pytest.mark.parametrize("backend", BACKENDS)
def test_second_derivatives_agree(backend):
    y, k, *rest = _arrays("primordial")

    def hessian_vector(kernel):
        def loss(v, c):
            return jnp.sum(kernel(v, c, *rest) ** 2)

        forward_over_reverse = jax.jvp(jax.grad(loss, (0, 1)), (y, k), (y, k))[1]
        reverse_over_forward = jax.grad(lambda v: jax.jvp(lambda u: loss(u, k), (v,), (y,))[1])(y)
        return (*forward_over_reverse, reverse_over_forward)

    ours = hessian_vector(_kernel("primordial", backend))
    theirs = hessian_vector(_kernel("primordial", "vectorized"))
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12 * float(jnp.abs(b).max()))


@pytest.mark.parametrize("backend", BACKENDS)
def test_compensated_sums_are_closer_near_equilibrium(backend):
    """Thousands of terms of one size that nearly cancel: what a hub species sees at equilibrium."""
    network = _network("synthetic")
    y, k, *_ = _arrays("synthetic")
    k = 1.0 / jnp.asarray([np.prod([float(y[network.index(n)]) for n in r.factors]) for r in network.reactions])
    k = k * (1.0 + 0.1 * jnp.sin(jnp.arange(len(k), dtype=k.dtype)))
    program = lower_rhs(network)
    expected = evaluate(program, {"y": y, "k": k})
    plain = np.abs(np.asarray(_kernel("synthetic", backend)(y, k)) - expected).sum()
    compensated = np.abs(np.asarray(_kernel("synthetic", backend, True)(y, k)) - expected).sum()
    assert compensated < 0.7 * plain


@pytest.mark.parametrize("backend", BACKENDS)
def test_pickle_hash_and_equality(backend):
    kernel = _kernel("primordial", backend)
    again = pickle.loads(pickle.dumps(kernel))
    assert again == kernel
    assert hash(again) == hash(kernel)
    assert kernel != _kernel("robertson", backend)
    arrays = _arrays("primordial")
    np.testing.assert_array_equal(again(*arrays), kernel(*arrays))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("compensated", [False, True])
def test_what_a_kernel_can_do(backend, compensated):
    """Plain JAX evaluates the program; native code has lanes, sparse LU and, for plain sums, whole steps."""
    able = _kernel("robertson", backend, compensated).capabilities
    if backend == "llvm":
        assert able.lanes > 1 and able.lu and able.step == (not compensated)
    else:
        assert able == Capabilities(lanes=1, step=False, lu=False)


def test_unknown_backend_names_the_choices():
    with pytest.raises(ValueError, match="auto, llvm, jax, vectorized"):
        build_kernel(lower_rhs(_network("robertson")), "cuda")


def test_environment_chooses_the_backend(monkeypatch):
    monkeypatch.setenv("EQXFUSE_BACKEND", "jax")
    assert build_kernel(lower_rhs(_network("robertson"))).backend == "jax"
    monkeypatch.setenv("EQXFUSE_BACKEND", "nonsense")
    with pytest.raises(ValueError, match="EQXFUSE_BACKEND"):
        build_kernel(lower_rhs(_network("robertson")))
