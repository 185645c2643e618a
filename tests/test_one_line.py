"""What holds a whole network says what it is in one line."""

from functools import partial

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse._kernels.cpu.native_program import NativeProgram
from eqxfuse._kernels.summation import SummationTree
from eqxfuse._program.lu_plan import plan_lu
from tests.helpers import BACKENDS

NETWORK = ef.networks.dark_cloud()
RHS = ef.FusedRHS(NETWORK, backend="vectorized")
HERE = ef.Conditions(temperature=10.0, density=2e4)
Y = jnp.ones(len(NETWORK.species))
K = RHS.precompute(HERE)
JACOBIAN = RHS.jacobian(0.0, Y, K)

LINES = {
    "FusedRHS(Network('dark cloud', 47 species, 323 reactions), backend='vectorized', state='abundance')": RHS,
    "FusedRHS(Network('dark cloud', 47 species, 323 reactions), backend='vectorized', state='abundance', bound)": (
        RHS.at(HERE)
    ),
    "RateTable(323 reactions: H2FormationCazauxTielens 1, CosmicRay 8, CosmicRayPhoton 29, Photo 35, Kooij 250)": (
        RHS.table
    ),
    "Layout(323 reactions, 323 fits)": RHS.table.layout,
    "RateCoefficients(k=f64[323])": K,
    "RateCoefficients(k=f64[323], conditions=Conditions(temperature=10.0, density=20000.0))": (
        ef.RateCoefficients(K.k, HERE)
    ),
    "SparseMatrix(values=f64[848], pattern=Pattern(47 x 47, 848 stored))": JACOBIAN,
    "SummationTree(2 sums, 1 levels)": SummationTree.build([[(1.0, 0)], [(1.0, 1)]], 2),
}
OTHERS = (
    RHS.kernel.program,
    RHS.kernel,
    RHS.modifying(HERE),
    NativeProgram.of(RHS.kernel.program),
    plan_lu(JACOBIAN.pattern, sparse_cost=1.0, dense_cost=1.0, multiple=8),
    ef.CodeGenerator(NETWORK),
)


@pytest.mark.parametrize("line", LINES)
def test_one_line(line):
    assert repr(LINES[line]) == str(LINES[line]) == line
    assert eqx.tree_pformat(LINES[line], width=200) == line


@pytest.mark.parametrize("value", OTHERS, ids=lambda value: type(value).__name__)
def test_short(value):
    assert len(repr(value)) < 130 and "\n" not in repr(value)
    assert len(eqx.tree_pformat(value)) < 150


@pytest.mark.parametrize(
    "holder",
    [
        diffrax.ODETerm(RHS),
        ef.SparseNewton(RHS),
        ef.SparseOperator(JACOBIAN),
        partial(RHS, 0.0),
        jax.tree_util.Partial(RHS),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_holds_it_stays_short(holder):
    assert len(repr(holder)) < 300 and len(eqx.tree_pformat(holder)) < 300


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_text_of_a_trace_names_programs_alone(backend):
    rhs = ef.FusedRHS(NETWORK, backend=backend)
    text = str(jax.make_jaxpr(jax.grad(lambda y: rhs(0.0, y, K).sum()))(Y))
    assert "labels=" not in text and "Statement(" not in text


def test_conditions_show_what_was_given():
    assert repr(HERE) == str(HERE) == "Conditions(temperature=10.0, density=20000.0)"
    assert repr(ef.Conditions(temperature=jnp.asarray(10.0), density=1, av=0.5)).endswith("density=1.0, av=0.5)")
    many = ef.Conditions(temperature=np.ones(3), density=jnp.float32(0.1), g0=jnp.asarray(1.0))
    assert repr(many) == "Conditions(temperature=f64[3], density=0.1)"
    single = jax.tree.map(jnp.float32, ef.Conditions(temperature=10.0, density=2e4))
    assert repr(single) == repr(HERE)
    seen = []
    jax.vmap(lambda t: seen.append(repr(ef.Conditions(temperature=t, density=2e4))))(jnp.ones(3))
    assert seen == ["Conditions(temperature=f64[], density=20000.0)"]
    assert "temperature=None" in repr(jax.tree.map(lambda _: None, HERE))


def test_a_trajectory_is_one_line_wherever_it_stands():
    result = ef.solve(ef.FusedRHS(ef.networks.robertson()), HERE, {"A": 1.0}, 1e-6, saveat=1, solver=diffrax.Tsit5())
    assert eqx.tree_pformat((result,)) == "(Trajectory(3 species, 1 times),)"
