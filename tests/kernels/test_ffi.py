"""The handler that XLA calls: layouts, messages, and the thread pool."""

import shutil
import subprocess

import jax
import jax.numpy as jnp
import numpy as np
import pytest

pytest.importorskip("llvmlite")

from eqxfuse import networks
from eqxfuse._kernels.cpu.ffi import target, target_name
from eqxfuse._kernels.cpu.llvm_kernel import LlvmKernel
from eqxfuse._kernels.cpu.native_program import NativeProgram
from eqxfuse._lower.rhs import lower_rhs

NATIVE = NativeProgram.of(lower_rhs(networks.robertson()))
OFFSETS = {
    ("XLA_FFI_CallFrame", "extension_start"): 8,
    ("XLA_FFI_CallFrame", "api"): 16,
    ("XLA_FFI_CallFrame", "ctx"): 24,
    ("XLA_FFI_CallFrame", "stage"): 32,
    ("XLA_FFI_CallFrame", "args.size"): 56,
    ("XLA_FFI_CallFrame", "args.args"): 72,
    ("XLA_FFI_CallFrame", "rets.size"): 96,
    ("XLA_FFI_CallFrame", "rets.rets"): 112,
    ("XLA_FFI_Extension_Base", "type"): 8,
    ("XLA_FFI_Metadata_Extension", "metadata"): 24,
    ("XLA_FFI_Metadata", "api_version.struct_size"): 8,
    ("XLA_FFI_Metadata", "api_version.major_version"): 24,
    ("XLA_FFI_Metadata", "api_version.minor_version"): 28,
    ("XLA_FFI_Buffer", "dtype"): 16,
    ("XLA_FFI_Buffer", "data"): 24,
    ("XLA_FFI_Buffer", "rank"): 32,
    ("XLA_FFI_Buffer", "dims"): 40,
    ("XLA_FFI_Api", "XLA_FFI_Error_Create"): 48,
    ("XLA_FFI_Api", "XLA_FFI_Error_Destroy"): 64,
    ("XLA_FFI_Api", "XLA_FFI_ThreadPool_Schedule"): 136,
    ("XLA_FFI_Api", "XLA_FFI_ThreadPool_NumThreads"): 144,
    ("XLA_FFI_Error_Create_Args", "message"): 16,
    ("XLA_FFI_Error_Create_Args", "errc"): 24,
    ("XLA_FFI_Error_Destroy_Args", "error"): 16,
    ("XLA_FFI_ThreadPool_Schedule_Args", "ctx"): 16,
    ("XLA_FFI_ThreadPool_Schedule_Args", "task"): 24,
    ("XLA_FFI_ThreadPool_Schedule_Args", "data"): 32,
    ("XLA_FFI_ThreadPool_NumThreads_Args", "ctx"): 16,
    ("XLA_FFI_ThreadPool_NumThreads_Args", "num_threads"): 24,
}
CONSTANTS = {
    "XLA_FFI_API_MAJOR": 0,
    "XLA_FFI_Extension_Metadata": 1,
    "XLA_FFI_ExecutionStage_EXECUTE": 3,
    "XLA_FFI_Error_Code_INVALID_ARGUMENT": 3,
    "XLA_FFI_DataType_F32": 11,
    "XLA_FFI_DataType_F64": 12,
    "XLA_FFI_Api_Version_STRUCT_SIZE": 24,
    "XLA_FFI_Error_Create_Args_STRUCT_SIZE": 28,
    "XLA_FFI_Error_Destroy_Args_STRUCT_SIZE": 24,
    "XLA_FFI_ThreadPool_Schedule_Args_STRUCT_SIZE": 40,
    "XLA_FFI_ThreadPool_NumThreads_Args_STRUCT_SIZE": 32,
}


def test_numbers_are_those_of_the_header_of_jaxlib(tmp_path):
    if shutil.which("gcc") is None:
        pytest.skip("needs gcc")
    asserts = [f'_Static_assert(offsetof({s}, {f}) == {n}, "{s}.{f}");' for (s, f), n in OFFSETS.items()]
    asserts += [f'_Static_assert({name} == {n}, "{name}");' for name, n in CONSTANTS.items()]
    source = tmp_path / "check.c"
    source.write_text("#include <stddef.h>\n#include <xla/ffi/api/c_api.h>\n" + "\n".join(asserts))
    command = ["gcc", "-std=c11", "-fsyntax-only", "-I", jax.ffi.include_dir(), str(source)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def call(outputs, *arrays, dtype=jnp.float64):
    """The handler as XLA would call it after a mistake of ours."""
    return jax.ffi.ffi_call(target(NATIVE, "float64"), jax.ShapeDtypeStruct(outputs, dtype))(*arrays)


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


def test_targets_are_named_by_what_they_compute():
    again = NativeProgram.of(lower_rhs(networks.robertson()))
    names = {target_name(n, d) for n in (NATIVE, again, NATIVE.reverse((0,))) for d in ("float32", "float64")}
    assert len(names) == 4
    assert target_name(again, "float64") == target(NATIVE, "float64")


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
