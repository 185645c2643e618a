"""Programs: what they refuse, how they are told apart and counted."""

import dataclasses

import pytest

from eqxfuse import networks
from eqxfuse.ir import Array, Load, Product, Program, Ref, Statement, Sum, lower_rhs, operands

Y, K = Array("y", 2, ("A", "B")), Array("k", 1)
RATE = Statement("r", Product((Load("k", 0), Load("y", 0))), "A -> B")
LOSS = Statement("d0", Sum(((-1.0, Ref("r")),)), "d A/dt")
GAIN = Statement("d1", Sum(((2.0, Ref("r")), (1.0, Load("y", 1)))))

OUTPUTS = (Ref("d0"), Ref("d1"))


def make(*statements, outputs=OUTPUTS, **kwargs) -> Program:
    return Program("rhs", (Y, K), statements, tuple(outputs), **kwargs)


DECAY = make(RATE, LOSS, GAIN)


def test_text():
    assert str(DECAY).splitlines() == [
        "program rhs(y[2], k[1])",
        "  r = k[0] * y[0]  # A -> B",
        "  d0 = -1.0 * r  # d A/dt",
        "  d1 = 2.0 * r + y[1]",
        "  out[0] = d0",
        "  out[1] = d1",
    ]
    assert "out[1] = 0" in str(make(RATE, LOSS, outputs=[Ref("d0"), None]))


def test_operations_are_counted():
    assert DECAY.operations == {"multiplications": 2, "additions": 1, "calls": 0, "loads": 3}
    assert DECAY.summary() == "rhs: 3 statements, 2 multiplications, 1 additions, 2 outputs"


def test_operands_are_in_order():
    assert operands(RATE.expr) == (Load("k", 0), Load("y", 0))
    assert operands(GAIN.expr) == (Ref("r"), Load("y", 1))


@pytest.mark.parametrize(
    "statements, outputs, message",
    [
        ((RATE, RATE), (), "'r' is assigned twice"),
        ((LOSS,), (), "d0: 'r' is used before it is assigned"),
        ((LOSS, RATE), (), "used before"),
        ((Statement("r", Product((Ref("r"),))),), (), "used before"),
        ((Statement("r", Product((Load("y", 2),))),), (), r"r: y\[2\] is outside the array"),
        ((Statement("r", Product((Load("y", -1),))),), (), "outside"),
        ((Statement("r", Product((Load("x", 0),))),), (), "r: 'x' is not an input"),
        ((RATE,), (Ref("x"),), "an output: 'x' is used before"),
        ((RATE,), (Load("k", 1),), r"an output: k\[1\] is outside"),
    ],
)
def test_refuses_programs_that_cannot_run(statements, outputs, message):
    with pytest.raises(ValueError, match=message):
        make(*statements, outputs=outputs)


def test_is_immutable():
    with pytest.raises(dataclasses.FrozenInstanceError):
        DECAY.name = "other"  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    "other",
    [
        make(RATE, LOSS, GAIN, outputs=[Ref("d1"), Ref("d0")]),
        make(RATE, LOSS, GAIN, outputs=[Ref("d0"), None]),
        make(RATE, LOSS, Statement("d1", Sum(((2.0, Ref("r")), (-1.0, Load("y", 1)))))),
        make(RATE, LOSS, Statement("d1", Sum(((1.0, Load("y", 1)), (2.0, Ref("r")))))),
        make(Statement("r", Product((Load("y", 0), Load("k", 0)))), LOSS, GAIN),
        make(RATE, LOSS, GAIN, compensated=True),
        Program("other", (Y, K), DECAY.statements, DECAY.outputs),
        Program("rhs", (Y, Array("k", 2)), DECAY.statements, DECAY.outputs),
    ],
)
def test_the_digest_tells_different_arithmetic_apart(other):
    assert other.digest != DECAY.digest


def test_comments_and_labels_do_not_count():
    bare = [dataclasses.replace(s, comment="") for s in DECAY.statements]
    other = Program("rhs", (Array("y", 2), K), tuple(bare), DECAY.outputs)
    assert other.digest == DECAY.digest
    assert other == DECAY


def test_the_digest_is_the_same_in_every_process():
    assert DECAY.digest.startswith("aed607a3a9299e55")


def test_networks_lower_to_the_same_program_every_time():
    assert lower_rhs(networks.primordial()).digest == lower_rhs(networks.primordial()).digest
