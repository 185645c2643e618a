"""The handler that XLA calls: layouts, messages, and the thread pool."""

import re
import shutil
import subprocess
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

pytest.importorskip("llvmlite")

from eqxfuse import networks
from eqxfuse._kernels.cpu.llvm_kernel import LlvmKernel
from eqxfuse._kernels.cpu.native_program import NativeProgram
from eqxfuse._llvm import xla
from eqxfuse._llvm.xla import abi
from eqxfuse._lower.rhs import lower_rhs

NATIVE = NativeProgram.of(lower_rhs(networks.robertson()))


def test_numbers_are_those_of_the_header_of_jaxlib(tmp_path):
    if shutil.which("gcc") is None:
        pytest.skip("needs gcc")
    facts = [f"offsetof(XLA_FFI_{structure}, {field}) == {n}" for (structure, field), n in abi.OFFSETS.items()]
    facts += [f"XLA_FFI_{name} == {n}" for name, n in abi.CONSTANTS.items()]
    facts += [f"XLA_FFI_API_MAJOR == {abi.MAJOR}", f"XLA_FFI_API_MINOR >= {abi.MINOR}", "sizeof(void*) == 8"]
    asserts = [f'_Static_assert({fact}, "{fact}");' for fact in facts]
    source = tmp_path / "check.c"
    source.write_text("#include <stddef.h>\n#include <xla/ffi/api/c_api.h>\n" + "\n".join(asserts))
    command = ["gcc", "-std=c11", "-fsyntax-only", "-I", jax.ffi.include_dir(), str(source)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_handlers_take_all_numbers_of_the_header_from_one_place():
    texts = "".join(path.read_text() for path in Path(xla.__path__[0]).glob("*.py") if path.name != "abi.py")
    assert {word for word in abi.WORDS if word not in texts} == set()
    assert re.findall(r"getelementptr i8,ptr %[\w.]+,i64 \d+", texts) == []


def call(outputs, *arrays, dtype=jnp.float64):
    """The handler as XLA would call it after a mistake of ours."""
    return jax.ffi.ffi_call(NATIVE.target("float64"), jax.ShapeDtypeStruct(outputs, dtype))(*arrays)


@pytest.mark.parametrize(
    ("outputs", "arrays", "message"),
    [
        ((3,), [jnp.ones(4), jnp.ones(3)], r"input 0 \(y\) must be float64 \[..., 3\]"),
        ((3,), [jnp.ones(3, jnp.float32), jnp.ones(3)], r"input 0 \(y\) must be float64"),
        ((3,), [jnp.ones(3), jnp.ones((1, 3))], r"input 1 \(k\) must be float64"),
        ((2, 3), [jnp.ones((3, 3)), jnp.ones((2, 3))], r"input 0 \(y\) must be float64"),
        ((2,), [jnp.ones(3), jnp.ones(3)], r"the result must be float64 \[..., 3\]"),
        ((), [jnp.ones(3), jnp.ones(3)], "the result must be float64"),
        ((3,), [jnp.ones(3)], "takes 2 inputs and gives one result"),
    ],
)
def test_wrong_buffers_are_errors_with_a_message(outputs, arrays, message):
    with pytest.raises(Exception, match=f"eqxfuse rhs: {message}"):
        jax.block_until_ready(call(outputs, *arrays))


def test_right_buffers_pass():
    np.testing.assert_allclose(call((3,), jnp.zeros(3), jnp.ones(3)), 0)
    assert call((0, 3), jnp.ones((0, 3)), jnp.ones((1, 3))).shape == (0, 3)
    assert call((2, 0, 3), jnp.ones((2, 1, 3)), jnp.ones((1, 0, 3))).shape == (2, 0, 3)


def test_many_groups_of_cells_from_several_callers():
    """Batches of many groups, one after the other and at once, spread over the pool and come back whole."""
    kernel = LlvmKernel(lower_rhs(networks.dark_cloud()))
    rng = np.random.default_rng(0)
    y, k = (jnp.asarray(rng.uniform(0.5, 1.5, (20_000, a.length))) for a in kernel.program.inputs)
    one = jax.jit(jax.vmap(kernel))
    expected = jnp.concatenate([one(y[i : i + 500], k[i : i + 500]) for i in range(0, 20_000, 500)])
    for _ in range(20):
        np.testing.assert_array_equal(one(y, k), expected)
    pairs = jax.jit(lambda a, b: (jax.vmap(kernel)(a, b), jax.vmap(kernel)(2 * a, b)))(y, k)
    np.testing.assert_array_equal(pairs[0], expected)
    np.testing.assert_array_equal(pairs[1], one(2 * y, k))
