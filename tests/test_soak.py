"""Many solves in one process: memory does not grow. `EQXFUSE_SOAK=100000` makes it a hundred thousand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

STATUS = Path("/proc/self/statm")
CODE = """
import os, sys
import jax, jax.numpy as jnp
jax.config.update("jax_enable_x64", True)
import eqxfuse as ef

network = ef.networks.robertson()
rhs = ef.FusedRHS(network)
y0 = jnp.array([1.0, 0.0, 0.0])

def solve(i):
    k = ef.RateCoefficients(jnp.array([0.04, 3e7, 1e4]) * (1 + 1e-6 * i))
    ef.solve(rhs, k, y0, 1e4, saveat=3).abundances.block_until_ready()

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGESIZE")

count = int(sys.argv[1])
for i in range(500):
    solve(i)
before = resident()
for i in range(count):
    solve(i)
print(resident() - before)
"""


@pytest.mark.skipif(not STATUS.exists(), reason="needs /proc to see the memory of a process")
def test_memory_does_not_grow():
    """The bound does not depend on the number of solves; of a thousand, 2 kB each would show."""
    count = int(os.environ.get("EQXFUSE_SOAK", "1000"))
    command = [sys.executable, "-c", CODE, str(count)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) < 2_000_000
