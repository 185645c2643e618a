"""A native step reads and writes nothing beyond its arrays: each of them ends at a page that may not be touched."""

import ctypes
import sys

import jax
import numpy as np
import pytest

pytest.importorskip("llvmlite")
if sys.platform == "win32":
    pytest.skip("needs mprotect", allow_module_level=True)

import eqxfuse as ef
from eqxfuse._chemistry.conditions import FIELDS
from eqxfuse._kernels.cpu.targets import addresses, target
from eqxfuse._rhs.fused import jacobian_kernel
from eqxfuse._rhs.rate_rows import RateRows
from eqxfuse._solvers.native_step import native_form
from eqxfuse._solvers.parts import Parts
from tests.kernels.test_llvm_bounds import Guarded, job

LAWS = (ef.rate_laws.ShieldedH2(5e-11), ef.rate_laws.ShieldedC(3e-10, 3.0), 3e-17, 5e-12)
NETWORK = ef.Network.from_reactions(["H2 -> H + H", "C -> C+ + e-", "H + H -> H2", "C+ + e- -> C"], LAWS)


@pytest.mark.parametrize("coefficients", ["fixed", "moving", "evaluated"])
@pytest.mark.parametrize("shielded", [False, True])
@pytest.mark.parametrize("behind", [True, False])
def test_batches_of_1_to_17(coefficients, shielded, behind):
    """Results are right, too; every second size shares the parameters of rate laws between cells."""
    network = NETWORK if shielded else ef.networks.primordial()
    rhs = ef.FusedRHS(network, backend="llvm")
    modifiers = rhs.modifying(ef.Conditions(20.0, 1e3)) if shielded else None
    rates = RateRows(network, "abundance") if coefficients == "evaluated" else None
    programs = rhs.kernel, *jacobian_kernel(network, "llvm")
    parts = Parts(ef.Rodas4().tableau, *programs, modifiers, coefficients != "fixed", rates)
    step = native_form(parts)
    worker = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(addresses(target(step.identity, step.modules))["worker"])
    for cells in range(1, 18):
        inputs = _inputs(rhs, parts, cells)
        guarded = [Guarded(a.reshape(len(a), -1), behind).array for a in inputs]
        length = step.method.outputs * len(network.species)
        output = Guarded(np.full((cells, length), np.nan), behind).array
        arrays = [*guarded, output]
        strides = [a.strides[0] if len(a) == cells else 0 for a in arrays]
        worker(job(arrays, strides, cells).ctypes.data)
        expected = jax.vmap(step)(*(np.broadcast_to(a, (cells, *a.shape[1:])) for a in inputs))
        np.testing.assert_allclose(output, expected.reshape(cells, -1), rtol=1e-12)


def _inputs(rhs, parts, cells):
    """The arguments of a step for each cell, some of them for all cells."""
    rng, species = np.random.default_rng(1), len(rhs.network.species)
    conditions = ef.Conditions(20.0, 1e3, av=0.1)
    given = {
        "y": rng.uniform(0.1, 0.3, (cells, species)),
        "drift": rng.uniform(-1e-9, 1e-9, (cells, species)),
        "change": rng.uniform(-1e-2, 1e-2, (cells, len(FIELDS))) * np.asarray(conditions.vector()),
        "h": np.full((cells, 1), 1e6),
    }
    rows = {"k": rhs.precompute(conditions).k, "conditions": conditions.vector()}
    if parts.modifiers:
        rows["c"] = parts.modifiers.parameters(rhs.table, conditions)
    for name, row in rows.items():
        shape = cells, max(parts.rows) + 1, len(row)
        given[name] = np.asarray(row) * rng.uniform(0.9, 1.1, shape)
    own = cells if cells % 2 else 1
    if parts.rates:
        laws = np.asarray(parts.rates.vector(rhs.table))
        given[parts.signature.table] = laws * rng.uniform(0.9, 1.1, (own, len(laws)))
    return parts.signature.arranged(given)
