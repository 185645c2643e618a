"""The C that native kernels are measured against computes the same numbers."""

import numpy as np
import pytest

from benchmarks.limit_c import available, build_limit
from eqxfuse import networks
from eqxfuse._lower.rhs import lower_rhs
from eqxfuse._program.reference import evaluate

if not available():
    pytest.skip("needs gcc", allow_module_level=True)


@pytest.mark.parametrize("shared", [False, True])
def test_limit_is_the_program(tmp_path, shared):
    program = lower_rhs(networks.robertson())
    library = build_limit(program, tmp_path)
    y, k = (np.random.default_rng(0).random((16, a.length)) for a in program.inputs)
    k = k[0] if shared else k
    expected = evaluate(program, {"y": y, "k": k}).astype(float)
    out = np.empty((16, 3))
    library.batch(16, y.ctypes.data, k.ctypes.data, 3, 0 if shared else 3, out.ctypes.data)
    np.testing.assert_allclose(out, expected, rtol=1e-13, atol=1e-15)
    one = np.empty(3)
    library.repeat(2, y[0].ctypes.data, k.ctypes.data, one.ctypes.data)
    np.testing.assert_allclose(one, expected[0], rtol=1e-13, atol=1e-15)
