"""Functions of vectors as operations on scalars, and these as native code."""

import ctypes

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from eqxfuse._program.expressions import Expressions
from eqxfuse._program.ir import Load, Ref, Sum
from eqxfuse._program.trace import scalar_function

ir = pytest.importorskip("llvmlite.ir")

TABLE = jnp.array([0.1, 0.5, 1.2, 2.0, 2.5, 4.0])
WAVES = jnp.array([[0.3, -1.2, 2.0], [1.1, 0.4, -0.6]])

SMOOTH = {
    "arithmetic": lambda x, c: (x + c[0]) * (x - 2.0) / (1.0 + c[1] * c[1]) - (-x),
    "powers": lambda x, c: x**3 + x**-2 + x**0.3 + x ** c[0] + 2.0**x + jnp.square(x) + x**1,
    "exponentials": lambda x, c: jnp.exp(-x) + jnp.exp2(x) + jnp.expm1(c[0] * x) + jax.nn.sigmoid(x) + jnp.tanh(x),
    "logarithms": lambda x, c: jnp.log(x) + jnp.log10(x + c[0]) + jnp.log2(x) + jnp.log1p(x) + jnp.logaddexp(x, c[1]),
    "roots": lambda x, c: jnp.sqrt(x) + jnp.cbrt(x) + lax.rsqrt(x) + jnp.hypot(x, c[0]),
    "circles": lambda x, c: jnp.sin(x) + jnp.cos(c[0] * x) + jnp.tan(0.1 * x) + jnp.arctan2(x, c[1]),
    "hyperbolas": lambda x, c: jnp.sinh(x) + jnp.cosh(0.1 * x) + jax.scipy.special.erf(x) + jax.nn.softplus(x) + c[0],
    "cases": lambda x, c: jnp.where(x < 1.0, x * x, c[0] * x) + jnp.select([x > 3.0, x > 1.0], [x, 2.0 * x], c[1]),
    "limits": lambda x, c: jnp.clip(x, 0.6, 2.0) + jnp.maximum(x, c[0]) * jnp.minimum(x, 1.7) + jnp.abs(x - 1.0),
    "tables": lambda x, c: jnp.sum(WAVES * x[0] + jnp.outer(c[:2], x), axis=1),
    "places": lambda x, c: jax.device_put(x) * jnp.asarray(WAVES[0]) + c[0],
    "shapes": lambda x, c: jnp.concatenate([x[::-1], jnp.stack([x, x * c[0]]).T.ravel(), *jnp.split(c, 2)]),
    "reductions": lambda x, c: jnp.stack([jnp.sum(x), jnp.prod(x), jnp.max(x), jnp.min(c), jnp.mean(x)]),
    "tables of numbers": lambda x, c: jnp.interp(x, TABLE, TABLE**2) + TABLE[jnp.floor(x).astype(int)] * x,
    "places of truths": lambda x, c: jnp.take(x, jnp.argmax(c > 1.0)) * c[0] + jax.nn.relu(x - 1.0),
    "matrices": lambda x, c: x @ WAVES.T + c[:2] + jnp.cumsum(x)[:2] + lax.cumsum(x, reverse=True)[:2],
    "loops": lambda x, c: lax.fori_loop(0, 5, lambda i, v: v * c[0] + i, x),
    "vectorized": lambda x, c: jnp.vectorize(lambda a: a * c[0] if c.ndim else a)(x),
}

ROUGH = {
    "steps": lambda x, c: jnp.sign(x - c[0]) + jnp.floor(x) + jnp.ceil(x) + jnp.sign(0.0 * x),
    "comparisons": lambda x, c: jnp.where(
        jnp.stack([x < c[0], x <= 1.0, x > c[0], x >= c[1], x == c[0], x != c[0]]), 1.0, 0.0
    ),
    "logic": lambda x, c: jnp.where((x > 1.0) & ~(x > 2.0) | (c[0] > x), x, -x),
    "any and all": lambda x, c: jnp.where(jnp.any(x > 2.0), x, -x) + jnp.all(x > c[0]).astype(float),
    "finite": lambda x, c: jnp.where(jnp.isfinite(x / (x - 1.0)), x, c[0])
    + (jnp.argmax(x) + jnp.argmin(c)).astype(float),
    "whole numbers": lambda x, c: ((x * 3.0).astype(int) // 2 + (x * 5.0).astype(int) % 3).astype(float),
    "choice of truths": lambda x, c: jnp.where(jnp.where(x > 1.0, x < 2.0, x > c[0]), 1.0, x),
}  # fmt: skip

POINTS = [np.array([0.7, 1.3, 2.9]), np.array([1.0, 1.0, 5.1])], np.array([0.9, 1.4, 0.2, 0.5])
STRANGE = [np.array([np.nan, np.inf, -np.inf]), np.array([0.0, -0.0, -2.5])], np.array([np.nan, 0.9, np.inf, -1.0])


def native(function, lanes):
    """`function` of x [3] and c [4], compiled; takes and gives arrays [length, lanes]."""
    from eqxfuse._kernels.cpu.native import compile_ir, link
    from eqxfuse._llvm.algebra.builder import DOUBLE
    from eqxfuse._llvm.algebra.scalars import emit_scalars

    made = scalar_function(function, [("x", [4, 0, 2]), ("c", range(4))])
    module = ir.Module("scalars")
    number = DOUBLE if lanes == 1 else ir.VectorType(DOUBLE, lanes)
    emit_scalars(module, "scalars", made, ["x", "c"], number).linkage = ""
    code = compile_ir(str(module), optimise=True)
    address = link([code], ["scalars"])["scalars"]
    run = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3)(address)

    def call(x, c):
        x, c = (np.ascontiguousarray(a, dtype=float) for a in (x, c))
        spread = np.zeros((5, lanes))
        spread[[4, 0, 2]] = x
        out = np.zeros((len(made.outputs), lanes))
        run(spread.ctypes.data, c.ctypes.data, out.ctypes.data)
        return out

    return call


def assert_equal_to_jax(function, points):
    states, c = points
    ours = native(function, 2)(np.stack(states, axis=1), np.stack([c, c], axis=1))
    alone = native(function, 1)
    for i, x in enumerate(states):
        theirs = np.ravel(jax.jit(function)(jnp.asarray(x), jnp.asarray(c)))
        np.testing.assert_allclose(ours[:, i], theirs, rtol=1e-14, atol=1e-15)
        np.testing.assert_allclose(alone(x[:, None], c[:, None])[:, 0], theirs, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("name", [*SMOOTH, *ROUGH])
def test_is_what_jax_computes(name):
    assert_equal_to_jax((SMOOTH | ROUGH)[name], POINTS)


@pytest.mark.parametrize("name", SMOOTH)
def test_derivatives_are_what_jax_computes(name):
    assert_equal_to_jax(jax.jacfwd(SMOOTH[name]), POINTS)


@pytest.mark.parametrize("name", ["arithmetic", "cases", "limits", "steps", "comparisons", "logic", "choice of truths"])
def test_infinities_and_no_numbers_pass_as_in_jax(name):
    assert_equal_to_jax((SMOOTH | ROUGH)[name], STRANGE)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("while", lambda x, c: lax.while_loop(lambda v: v[0] < 9.0, lambda v: 2.0 * v, x)),
        ("scan of 65 turns", lambda x, c: lax.fori_loop(0, 65, lambda i, v: v * c[0], x)),
        ("sort", lambda x, c: jnp.sort(x)),
    ],
)
def test_what_has_no_scalar_form_is_named(name, function):
    with pytest.raises(NotImplementedError, match=name):
        scalar_function(function, [("x", range(3)), ("c", range(4))])


def test_what_is_too_long_is_refused():
    with pytest.raises(NotImplementedError, match="operations"):
        scalar_function(lambda x: jnp.outer(jnp.sin(x), jnp.cos(x)), [("x", range(100))])


def test_only_what_the_results_need_is_kept():
    def function(x):
        unused = jnp.exp(x[0])
        return 0.0 * unused + 1.0 * (x[1] - 0.0) + jnp.log(jnp.e**2) * x[1]

    made = scalar_function(function, [("y", [7, 3])])
    twice, total = made.statements
    assert twice.expr == Sum(((2.0, Load("y", 3)),))
    assert total.expr == Sum(((1.0, Load("y", 3)), (1.0, Ref(twice.name))))
    assert made.outputs == (Ref(total.name),)


def test_equal_operations_are_stored_once():
    x = Expressions()
    y = x.load("y", 0)
    assert x.apply("mul", y, y) == x.apply("mul", y, y)
    assert x.apply("select", y, y, y) == y
    assert x.apply("or", y, x.number(1.0)) == x.number(1.0)
    assert x.apply("div", x.number(1.0), x.number(0.0)) == x.number(float("inf"))


def test_the_digest_tells_functions_apart():
    one, other, again = (scalar_function(lambda x, f=f: f * x, [("y", [0])]) for f in (2.0, 2.0000000000000004, 2.0))
    assert one.digest == again.digest != other.digest
