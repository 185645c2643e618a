"""What totals cost: statements, operations, and multiply-adds of the factorisation."""

import pytest

import eqxfuse as ef
from eqxfuse._lower.jacobian import lower_jacobian
from eqxfuse._lower.rhs import lower_rhs
from eqxfuse._lower.totals import lower_totals
from eqxfuse._program.lu_plan import plan_lu
from tests.total_networks import crowded, large, small


@pytest.mark.parametrize("arguments", [(100, 1000, 1000, 1), (120, 1200, 200, 4)])
def test_at_most_1_4_times_the_work_of_constant_rates(arguments):
    (statements, work), (fewer, less) = _counts(large(*arguments)), _counts(large(*arguments, dependent=False))
    assert statements <= 1.4 * fewer
    assert work <= 1.4 * less


def _counts(network):
    jacobian, pattern = lower_jacobian(network)
    programs = [lower_rhs(network), jacobian, *(r.program for r in lower_totals(network) if r.program)]
    statements = sum(len(program.statements) for program in programs)
    operations = sum(program.operations[kind] for program in programs for kind in ("multiplications", "additions"))
    plan = plan_lu(pattern, sparse_cost=2.0, dense_cost=1.0, multiple=8)
    return statements, operations / 2 + plan.multiply_adds


def test_totals_come_in_rounds_of_what_they_wait_for():
    rounds = lower_totals(small(0))
    programs = [r.program and [s.comment for s in r.program.statements if s.name.startswith("t")] for r in rounds]
    assert programs == [["total all", "total some"], ["total net"], ["total late"]]


def test_totals_that_no_rate_depends_on_cost_nothing():
    plain = ef.Network.from_reactions(["A -> B", "B -> A"], [1.0, 2.0])
    told = ef.Network.from_reactions(["A -> B", "B -> A"], [1.0, 2.0], totals=ef.Total("idle", {"A": 1.0}))
    assert lower_totals(told) == ()
    assert lower_jacobian(told)[0].digest == lower_jacobian(plain)[0].digest


def test_statements_say_what_they_are():
    network = ef.Network.from_reactions(
        ["A -> B", "B -> A"],
        [1.0, crowded(2.0, 1.0, ["net loss"])],
        totals=ef.Total("net loss", {"A -> B": 3.0}),
    )
    text = str(lower_jacobian(network)[0])
    assert "d(net loss)/d A" in text or "# d(d A/dt)/d net loss" in text
