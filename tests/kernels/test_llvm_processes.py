"""Native kernels across processes and devices: caches, pickles, several host devices."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from eqxfuse import networks
from eqxfuse._kernels.cpu.llvm_kernel import LlvmKernel
from eqxfuse._lower.rhs import lower_rhs

ROOT = Path(__file__).resolve().parents[2]
HEAD = """
import os, pickle, sys
import jax, jax.numpy as jnp, numpy as np
jax.config.update("jax_enable_x64", True)
from eqxfuse import networks
from eqxfuse._kernels.cpu import native, targets
from eqxfuse._kernels.cpu.llvm_kernel import LlvmKernel
from eqxfuse._kernels.vectorized import VectorizedKernel
from eqxfuse._lower.rhs import lower_rhs
compiled = []
def counted(*arguments, **options):
    compiled.append(1)
    return native.compile_ir(*arguments, **options)
targets.compile_ir = counted
"""
BUILD = """
program = lower_rhs(networks.robertson())
kernel = LlvmKernel(program)
y, k = jnp.array([1.0, 0.5, 0.25]), jnp.array([1.0, 2.0, 3.0])
weights = jnp.arange(3.0)
f = jax.jit(lambda y, k: (kernel(y, k), jax.grad(lambda v: weights @ kernel(v, k))(y)))
results = [np.asarray(r).tolist() for r in f(y, k)]
"""


def run(code, **environment):
    """The standard output of a fresh process."""
    command = [sys.executable, "-c", HEAD + code]
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, **environment})
    assert result.returncode == 0, result.stderr[-3000:]
    return result.stdout


def test_a_second_process_compiles_nothing(tmp_path):
    code = BUILD + "print(len(compiled) > 0, results)"
    first = run(code, EQXFUSE_CACHE_DIR=str(tmp_path))
    second = run(code, EQXFUSE_CACHE_DIR=str(tmp_path))
    assert first.startswith("True")
    assert second == first.replace("True", "False")


def test_a_damaged_cache_is_rebuilt(tmp_path):
    code = BUILD + "print(len(compiled) > 0, results)"
    first = run(code, EQXFUSE_CACHE_DIR=str(tmp_path))
    for path in tmp_path.glob("*.o"):
        data = bytearray(path.read_bytes())
        data[-100] ^= 255
        path.write_bytes(bytes(data))
    assert run(code, EQXFUSE_CACHE_DIR=str(tmp_path)) == first


PLANT = """
import warnings
import eqxfuse as ef
from eqxfuse._llvm.kernel.module import llvm_ir
from eqxfuse._kernels.cpu.cache import ObjectCache, default_directory
from eqxfuse._kernels.cpu.host import host
from eqxfuse._kernels.cpu.native_program import NativeProgram

victim = NativeProgram.of(lower_rhs(networks.robertson()))
reactions = networks.robertson().reactions
foreign = lower_rhs(ef.Network.from_reactions(reactions[::-1], species=networks.robertson().species))
name = targets.target_name(victim.identity("float64"))
modules = llvm_ir(foreign, host().shape("float64"), name)
folder = default_directory()
ObjectCache(folder).write(name, targets.compiled(modules))
folder.chmod(int(os.environ["MODE"], 8))
with warnings.catch_warnings(record=True) as caught:
    kernel = LlvmKernel(victim.program)
y, k = jnp.array([[1.0, 0.5, 0.25]] * 2), jnp.array([1.0, 2.0, 3.0])
results = [jax.vmap(f, (0, None))(y, k)[0].tolist() for f in (kernel, VectorizedKernel(victim.program))]
print(results[0] == results[1], len(caught), len(list(folder.iterdir())))
"""


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
@pytest.mark.parametrize(("mode", "expected"), [("0700", "False 0 1"), ("0777", "True 1 1")])
def test_planted_code_is_not_run(tmp_path, mode, expected):
    """Code of another network under the key of this one: run from a folder that others cannot write, as a check of
    the test itself, and not from one that they can.
    """
    assert run(PLANT, EQXFUSE_CACHE_DIR=str(tmp_path / "shared"), MODE=mode).strip() == expected


def test_the_persistent_cache_of_jax_stays_valid(tmp_path):
    """The second process takes XLA's executable from JAX's cache; it calls the kernel by name."""
    code = (
        """
jax.config.update("jax_compilation_cache_dir", os.environ["JAX_CACHE"])
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
hits = []
jax.monitoring.register_event_listener(lambda name, **_: hits.append(name))
"""
        + BUILD
        + "print('/jax/compilation_cache/cache_hits' in hits, results)"
    )
    places = {"EQXFUSE_CACHE_DIR": str(tmp_path / "own"), "JAX_CACHE": str(tmp_path / "jax")}
    first, second = run(code, **places), run(code, **places)
    assert second.startswith("True")
    assert second.split(" ", 1)[1] == first.split(" ", 1)[1]


def test_a_pickled_kernel_runs_in_another_process(tmp_path):
    kernel = LlvmKernel(lower_rhs(networks.robertson()))
    (tmp_path / "kernel").write_bytes(pickle.dumps(kernel))
    code = f"""
kernel = pickle.loads(open({str(tmp_path / "kernel")!r}, "rb").read())
print(kernel == LlvmKernel(lower_rhs(networks.robertson())), kernel(jnp.ones(3), jnp.ones(3)).tolist())
"""
    assert run(code).strip() == f"True {kernel(np.ones(3), np.ones(3)).tolist()}"


def test_several_devices():
    """shard_map, pmap, and arrays spread over devices; values and gradients."""
    code = """
from jax.sharding import AxisType, NamedSharding, PartitionSpec as P
program = lower_rhs(networks.robertson())
kernel, plain = LlvmKernel(program), VectorizedKernel(program)
rng = np.random.default_rng(0)
y, k = jnp.asarray(rng.random((16, 3))), jnp.asarray(rng.random((16, 3)))
mesh = jax.make_mesh((4,), ("x",), axis_types=(AxisType.Auto,))
def spread(f, *specs):
    return jax.jit(jax.shard_map(f, mesh=mesh, in_specs=specs, out_specs=P("x")))
expected = jax.vmap(plain)(y, k)
np.testing.assert_allclose(spread(jax.vmap(kernel), P("x"), P("x"))(y, k), expected, rtol=1e-12)
shared = spread(jax.vmap(kernel, (0, None)), P("x"), P())
np.testing.assert_allclose(shared(y, k[0]), jax.vmap(plain, (0, None))(y, k[0]), rtol=1e-12)
ours = jax.grad(lambda a, b: jnp.sum(shared(a, b) ** 2), (0, 1))(y, k[0])
theirs = jax.grad(lambda a, b: jnp.sum(jax.vmap(plain, (0, None))(a, b) ** 2), (0, 1))(y, k[0])
for a, b in zip(ours, theirs):
    np.testing.assert_allclose(a, b, rtol=1e-11)
pushed = [jax.jvp(f, (y, k[0]), (y, 2 * k[0]))[1] for f in (shared, jax.vmap(plain, (0, None)))]
np.testing.assert_allclose(*pushed, rtol=1e-12)
pieces = jax.pmap(jax.vmap(kernel))(y.reshape(4, 4, 3), k.reshape(4, 4, 3))
np.testing.assert_allclose(pieces.reshape(16, 3), expected, rtol=1e-12)
laid = [jax.device_put(a, NamedSharding(mesh, P("x"))) for a in (y, k)]
np.testing.assert_allclose(jax.jit(jax.vmap(kernel))(*laid), expected, rtol=1e-12)
print("good", len(jax.devices()))
"""
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count=4"
    assert run(code, XLA_FLAGS=flags).strip() == "good 4"


def test_a_pool_of_one_thread_does_not_block():
    """The calling thread takes part, so that a batch ends although no other thread is free."""
    code = """
kernel = LlvmKernel(lower_rhs(networks.robertson()))
y, k = jnp.ones((300_000, 3)), jnp.ones(3)
print(jax.vmap(kernel, (0, None))(y, k).shape)
"""
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false"
    assert run(code, XLA_FLAGS=flags).strip() == "(300000, 3)"


def test_importing_the_package_loads_no_llvmlite():
    code = "import sys, eqxfuse; print([m for m in sys.modules if m.startswith('llvmlite')])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert result.stdout.strip() == "[]"
