"""The generated code of a small network, as text: a change of it is seen, and meant."""

import pytest

import eqxfuse as ef
from eqxfuse.ir import lower_jacobian, lower_rhs

NETWORK = ef.Network.from_reactions(
    [
        ef.Reaction.make(["H2+", "H2"], ["H3+", "H"], ef.rate_laws.Kooij(2.08e-9)),
        ef.Reaction.make(["H3+", "e-"], ["H", "H", "H"], ef.rate_laws.Kooij(4.36e-8, -0.52)),
        ef.Reaction.make(["H3+", "e-"], ["H2", "H"], ef.rate_laws.Kooij(2.34e-8, -0.52)),
        ef.Reaction.make(["H2"], ["H2+", "e-"], ef.rate_laws.CosmicRay(0.93)),
        ef.Reaction.make(["H2"], ["H", "H"], ef.rate_laws.ShieldedH2()),
    ],
)
"""Two that share their factors, three H at once, and one whose rate depends on an abundance."""


def test_jax_text(golden):
    golden("rhs.py.txt", ef.CodeGenerator(NETWORK).generate_code())
    golden("literal.py.txt", ef.CodeGenerator(NETWORK, "literal").generate_code())


def test_jacobian_text(golden):
    from eqxfuse._python.source import jax_source

    program, _ = lower_jacobian(NETWORK)
    golden("jacobian.py.txt", jax_source(program))


def test_llvm_text(golden):
    """For a machine that is always the same: the text says nothing of the one that runs the test."""
    pytest.importorskip("llvmlite")
    from eqxfuse._llvm.kernel.module import llvm_ir
    from eqxfuse._llvm.modules import Shape

    modules = llvm_ir(lower_rhs(NETWORK), Shape("double", 8, 32), "handler", comments=True)
    golden("arithmetic.ll", modules.arithmetic)
    golden("frame.ll", modules.frame)
