"""A native step reads and writes nothing beyond its arrays: each of them ends at a page that may not be touched."""

import ctypes
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

pytest.importorskip("llvmlite")
if sys.platform == "win32":
    pytest.skip("needs mprotect", allow_module_level=True)

import eqxfuse as ef
from eqxfuse._kernels.cpu.targets import addresses, target
from eqxfuse._rhs.fused import jacobian_kernel
from eqxfuse._solvers.native_step import Parts, native_form
from tests.kernels.test_llvm_bounds import Guarded, job

LAWS = (ef.rate_laws.ShieldedH2(5e-11), ef.rate_laws.ShieldedC(3e-10, 3.0), 3e-17, 5e-12)
NETWORK = ef.Network.from_reactions(["H2 -> H + H", "C -> C+ + e-", "H + H -> H2", "C+ + e- -> C"], LAWS)


@pytest.mark.parametrize("moving", [False, True])
@pytest.mark.parametrize("shielded", [False, True])
@pytest.mark.parametrize("behind", [True, False])
def test_batches_of_1_to_17(moving, shielded, behind):
    """Results are right, too."""
    network = NETWORK if shielded else ef.networks.primordial()
    rhs = ef.FusedRHS(network, backend="llvm")
    modifiers = rhs.modifying(ef.Conditions(20.0, 1e3)) if shielded else None
    parts = Parts(ef.Rodas4().tableau, rhs.kernel, *jacobian_kernel(network, "llvm"), modifiers, moving)
    step = native_form(parts)
    worker = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(addresses(target(step.identity, step.modules))["worker"])
    for cells in range(1, 18):
        inputs = _inputs(rhs, parts, cells)
        guarded = [Guarded(a.reshape(cells, -1), behind).array for a in inputs]
        length = step.method.outputs * len(network.species)
        output = Guarded(np.full((cells, length), np.nan), behind).array
        arrays = [*guarded, output]
        worker(job(arrays, [a.strides[0] for a in arrays], cells).ctypes.data)
        expected = jax.vmap(step)(*inputs[:-1], inputs[-1][:, 0])
        np.testing.assert_allclose(output, expected.reshape(cells, -1), rtol=1e-12)


def _inputs(rhs, parts, cells):
    """y, rows of k and of parameters, the drift, and h, for each cell."""
    rng, species = np.random.default_rng(1), len(rhs.network.species)
    conditions = ef.Conditions(20.0, 1e3, av=0.1)
    rows = max(parts.rows) + 1
    k = np.tile(np.asarray(rhs.precompute(conditions).k), (cells, rows, 1)) * rng.uniform(0.5, 1.5, (cells, rows, 1))
    arrays = [rng.uniform(0.1, 0.3, (cells, species)), k]
    if parts.modifiers:
        own = np.asarray(parts.modifiers.parameters(rhs.table, conditions))
        arrays.append(np.tile(own, (cells, rows, 1)) * rng.uniform(0.9, 1.1, (cells, rows, 1)))
    if parts.moving:
        arrays.append(rng.uniform(-1e-9, 1e-9, (cells, species)))
    return [*arrays, jnp.full((cells, 1), 1e6)]
