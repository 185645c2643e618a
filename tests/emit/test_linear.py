"""Chunks as single operations: run one by one in Python, they are the program."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqxfuse import networks
from eqxfuse._llvm.kernel.operations import OUT, WORK
from eqxfuse._llvm.kernel.plan import linear_chunks
from eqxfuse._lower.rhs import lower_rhs
from eqxfuse._program.ir import Array, Load, Product, Program, Ref, Statement, Sum
from tests.emit.random_programs import assert_close, random_inputs, random_programs

KINDS = {"fadd": np.add, "fsub": np.subtract, "fmul": np.multiply}


def interpret(program, arrays, limit, running):
    """The operations of all chunks, run as they stand."""
    slots, chunks = linear_chunks(program, limit, running)
    memory = {(WORK, i): c for i, c in enumerate(slots.constants)}
    memory |= {(a.name, i): v for a, own in zip(program.inputs, arrays, strict=True) for i, v in enumerate(own)}
    for lines in chunks:
        results: list = []
        for kind, left, right, place, _ in lines.operations:
            a, b = (results[v] if isinstance(v, int) else memory.get(v) for v in (left, right))
            results.append(a if kind == "store" else KINDS[kind](a, b))
            if place:
                memory[place] = a
    return np.array([memory[OUT, i] for i in range(len(program.outputs))])


@settings(max_examples=300, deadline=None)
@given(random_programs(), st.integers(1, 60), st.integers(0, 4), st.integers(0, 9))
def test_operations_are_the_program(program, limit, running, seed):
    arrays = random_inputs(program, seed)
    assert_close(interpret(program, arrays, limit, running), program, arrays, 2.3e-16)


@settings(max_examples=100, deadline=None)
@given(random_programs(compensated=True), st.integers(1, 60), st.integers(0, 4))
def test_compensated_operations_are_the_program(program, limit, running):
    arrays = random_inputs(program)
    assert_close(interpret(program, arrays, limit, running), program, arrays, 2.3e-16)


@pytest.mark.parametrize("limit", [3, 1000])
def test_compensation_reaches_over_chunks(limit):
    """1 + 1e-17 + ... + 1e-17 - 1, over many chunks or one."""
    atoms = [Ref("one"), *(Ref(f"s{i}") for i in range(50))]
    made = [Statement("one", Product((Load("y", 0), Load("y", 0))))]
    made += [Statement(f"s{i}", Product((Load("y", 1), Load("y", 1)))) for i in range(50)]
    terms = (*((1.0, a) for a in atoms), (-1.0, Ref("one")))
    program = Program("f", (Array("y", 2),), (*made, Statement("d", Sum(terms))), (Ref("d"),), compensated=True)
    result = interpret(program, [np.array([1.0, 10**-8.5])], limit, running=4)
    np.testing.assert_allclose(result, 50e-17, rtol=1e-6)


def test_a_chunk_remembers_no_rate_of_an_earlier_one():
    """Sums are carried on in parts: of a network, only sums and shared monomials are kept between chunks."""
    slots, chunks = linear_chunks(lower_rhs(networks.dark_cloud()), 100, running=4)
    assert len(list(chunks)) > 5
    assert not any(name.startswith("r") for name in slots.values)
