"""Chunks as single operations: run one by one in Python, they are the program."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqxfuse import networks
from eqxfuse._llvm.kernel.operations import OUT, WORK
from eqxfuse._llvm.kernel.plan import linear_chunks
from eqxfuse._program.functions import FUNCTIONS
from eqxfuse.ir import Array, Load, Product, Program, Ref, Statement, Sum, lower_rhs
from tests.program.random_programs import assert_close, random_inputs, random_programs

KINDS = {"fadd": np.add, "fsub": np.subtract, "fmul": np.multiply, "fdiv": np.divide}


def interpret(program, arrays, limit, running):
    """The operations of all chunks, run as they stand."""
    slots, chunks = linear_chunks(program, limit, running)
    memory = {(WORK, i): float(c) for c, i in slots.constants.items()}
    functions = {f"call{i}": (FUNCTIONS[name], table) for (name, _, table), i in slots.calls.items()}
    memory |= {(a.name, i): v for a, own in zip(program.inputs, arrays, strict=True) for i, v in enumerate(own)}
    for lines in chunks:
        results: list = []
        for kind, parts, place, _ in lines.operations:
            values = [np.float64(results[v] if isinstance(v, int) else memory[v]) for v in parts]
            if kind in functions:
                function, table = functions[kind]
                results.append(function.evaluate(*values, **({"table": table} if table else {})))
            else:
                results.append(values[0] if kind == "store" else KINDS[kind](*values))
            if place:
                memory[place] = values[0]
    return np.array([memory[OUT, i] for i in range(len(program.outputs))])


@settings(max_examples=300, deadline=None)
@given(random_programs(calls=True), st.integers(1, 60), st.integers(0, 4), st.integers(0, 9))
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
