"""Random networks: every backend agrees with the reference evaluator and with a plain loop over reactions."""

import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from eqxfuse import Network, Reaction, Species
from eqxfuse._chemistry.rate_laws import Constant
from eqxfuse._kernels import build_kernel
from eqxfuse._lower.rhs import lower_rhs
from eqxfuse._program.reference import evaluate
from tests.helpers import BACKENDS, assert_rounding, random_state

SPECIES = (1, 2, 3, 5, 9, 17, 33, 60)
REACTIONS = (0, 1, 2, 3, 5, 8, 15, 25, 40)
"""Few sizes: every new length of an array is compiled anew."""


@st.composite
def random_networks(draw):
    """1 to 60 species, molecularity 0 to 3, repeated and catalytic reactants, empty products."""
    names = [f"X{i}" for i in range(draw(st.sampled_from(SPECIES)))]
    one = st.sampled_from(names)
    sides = st.tuples(st.lists(one, max_size=3), st.lists(one, max_size=4))
    number = draw(st.sampled_from(REACTIONS))
    pairs = draw(st.lists(sides, min_size=number, max_size=number))
    reactions = [Reaction.make(r, p, Constant(1.0), id=i) for i, (r, p) in enumerate(pairs)]
    return Network(tuple(Species(n) for n in names), tuple(reactions))


@settings(max_examples=50, deadline=None)
@given(random_networks(), st.integers(0, 2**31))
def test_every_backend_is_the_reference(network, seed):
    program = lower_rhs(network)
    y, k = random_state(network, seed)
    reference = evaluate(program, {"y": y, "k": k})
    assert_rounding(reference.astype(float), network, y, k)
    with jax.disable_jit():  # compiling 50 networks is XLA's test, not ours
        for backend in BACKENDS:
            result = build_kernel(program, backend)(jnp.asarray(y), jnp.asarray(k))
            assert_rounding(np.asarray(result), network, y, k)
