"""A budget in a notebook."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from eqxfuse._html import Html, bar, folded, table, titled

if TYPE_CHECKING:
    from eqxfuse._analysis.budget import Budget, BudgetTerm

_ROWS = 10


def budget_html(budget: "Budget") -> Html:
    """The largest terms of each side with bars for their shares, the others folded away."""
    title, formation, destruction = budget.table(rows=0).splitlines()
    return titled(title, *_side(formation, budget.formation), *_side(destruction, budget.destruction))


def _side(title: str, terms: Sequence["BudgetTerm"]) -> Iterator[Html]:
    rows = [(f"{term.share:.1%}", bar(term.share), f"{term.rate:.3e}", term.label) for term in terms]
    yield table(("share", "", "rate", title), rows[:_ROWS])
    if len(rows) > _ROWS:
        yield folded(f"{len(rows) - _ROWS} more", table((), rows[_ROWS:]))
