"""Elimination plans: ordering, fill-in, tables, operation counts."""

import itertools

import numpy as np
import pytest

from eqxfuse import networks, read_network
from eqxfuse._program.lu_plan import plan_lu
from eqxfuse._program.pattern import Pattern
from eqxfuse.ir import lower_jacobian
from tests.helpers import shared
from tests.sparse import filled, network_like_pattern, random_pattern

PATTERNS = {
    "one": Pattern.from_rows([[]]),
    "diagonal": Pattern.from_rows([[] for _ in range(11)]),
    "full": Pattern.from_rows([range(12) for _ in range(12)]),
    "arrow": Pattern.from_rows([range(20), *([0] for _ in range(19))]),
    "random": random_pattern(30, 0.1),
    "network-like": network_like_pattern(40),
    "robertson": lower_jacobian(networks.robertson())[1],
    "dark_cloud": lower_jacobian(networks.dark_cloud())[1],
}


def _plan(name, ratio=8.0, multiple=8):
    return plan_lu(PATTERNS[name], sparse_cost=ratio, dense_cost=1.0, multiple=multiple)


@pytest.fixture(params=[(n, r) for n in PATTERNS for r in (0.5, 8.0)], ids=lambda p: f"{p[0]}-{p[1]}")
def plan(request):
    return _plan(*request.param)


def _rows(starts, values):
    return [values[a:b].tolist() for a, b in itertools.pairwise(starts)]


def test_order_is_a_permutation(plan):
    assert sorted(plan.order.tolist()) == list(range(plan.size))


def test_every_element_is_scattered_once_and_to_its_place(plan):
    assert sorted(plan.tables.a_index.tolist()) == list(range(plan.pattern.stored))
    place = np.argsort(plan.order)
    for i, elements in enumerate(_rows(plan.tables.a_start, plan.tables.a_index)):
        assert (plan.pattern.rows[elements] == plan.order[i]).all()
    assert (plan.tables.a_column == place[plan.pattern.columns[plan.tables.a_index]]).all()


def test_fill_in_is_that_of_dense_elimination(plan):
    table = filled(plan)
    lower = [np.flatnonzero(row[: min(i, plan.head)]).tolist() for i, row in enumerate(table)]
    upper = [(i + 1 + np.flatnonzero(row[i + 1 :])).tolist() for i, row in enumerate(table[: plan.head])]
    assert _rows(plan.tables.l_start, plan.tables.l_column) == lower
    assert _rows(plan.tables.u_start, plan.tables.u_column) == upper


def test_multiply_adds_are_those_of_dense_elimination(plan):
    table = filled(plan)
    head = sum(table[k + 1 :, k].sum() * (1 + table[k, k + 1 :].sum()) for k in range(plan.head))
    tail = sum(below * (1 + below) for below in range(plan.tail))
    assert plan.multiply_adds == head + tail


@pytest.mark.parametrize("multiple", [1, 4, 8])
def test_tail_is_a_multiple_and_the_cheapest(multiple):
    ratio = 3.0
    plan = _plan("network-like", ratio, multiple)
    assert plan.tail % multiple == 0
    table = filled(plan)
    steps = [table[k + 1 :, k].sum() * (1 + table[k, k + 1 :].sum()) for k in range(plan.size)]
    costs = {t: ratio * sum(steps[: plan.size - t]) + t * (t**2 - 1) / 3 for t in range(0, plan.size + 1, multiple)}
    assert costs[plan.tail] == min(costs.values())


def test_arrow_is_ordered_without_fill_in():
    plan = _plan("arrow", ratio=0.5)
    assert plan.tail == 0
    assert len(plan.tables.l_column) + len(plan.tables.u_column) + plan.size == PATTERNS["arrow"].stored
    assert plan.order[-1] == 0 or plan.order[-2] == 0


def test_digest_tells_plans_apart():
    same = plan_lu(network_like_pattern(40), sparse_cost=8.0, dense_cost=1.0, multiple=8)
    assert same.digest == _plan("network-like").digest
    assert len({_plan("network-like", r).digest for r in (0.5, 8.0)} | {_plan("random").digest}) == 3


@pytest.mark.parametrize(
    ("file", "stored", "multiply_adds"),
    [("uclchem_gas_phase_only.csv", 9_000, 160_000), ("rate22_final.rates", 52_000, 1_750_000)],
)
def test_networks_stay_sparse(file, stored, multiply_adds):
    _, pattern = lower_jacobian(read_network(shared(f"networks/{file}"), grains="none"))
    plan = plan_lu(pattern, sparse_cost=1.0, dense_cost=1.0, multiple=pattern.size + 1)
    assert plan.tail == 0
    assert len(plan.tables.l_column) + len(plan.tables.u_column) + plan.size <= stored
    assert plan.multiply_adds <= multiply_adds
