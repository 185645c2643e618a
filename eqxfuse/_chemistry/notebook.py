"""A network in a notebook."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from eqxfuse._chemistry.rate_laws import Fit
from eqxfuse._html import Html, facts, folded, table, titled

if TYPE_CHECKING:
    from eqxfuse._chemistry.network import Network
    from eqxfuse._chemistry.reaction import Reaction

_LISTED = 100
"""Reactions in the list: a page with all of a large network would be slow."""
_LAW = 160
"""Letters of a rate law, of which one may hold a user's function with all that belongs to it."""


def network_html(network: "Network") -> Html:
    """Sizes, elements, kinds, laws and ranges; species and the first reactions folded away. Fast for any network."""
    reactions = network.reactions
    fits = [fit for reaction in reactions for fit in reaction.fits]
    rows = [
        ("elements", " ".join(network.elements)),
        ("reactions by kind", _counted(r.kind or "unnamed" for r in reactions)),
        ("rate laws", _counted(type(fit.law).__name__ for fit in fits)),
        ("temperatures of the fits", _ranges(fits)),
        ("outside of them", network.policies),
        *(("total", repr(total)) for total in network.totals),
        *(("heating or cooling", process.name) for process in network.processes),
        *(("note", note) for note in network.notes),
    ]
    rest = len(reactions) - _LISTED
    title = f"{len(reactions)} reactions" + (f", the first {_LISTED}" if rest > 0 else "")
    return titled(
        repr(network),
        facts(rows),
        folded(f"{len(network.species)} species", ", ".join(network.species_names)),
        folded(title, table(("", "reaction", "rate law", "T [K]"), _listed(reactions[:_LISTED]))),
    )


def _counted(names: Iterable[str]) -> str:
    return ", ".join(f"{name} {n}" for name, n in Counter(names).most_common())


def _ranges(fits: Iterable[Fit]) -> str:
    """The outermost limits, and how many fits have any."""
    spans = [(fit.t_min, fit.t_max) for fit in fits]
    limited = [span for span in spans if span != (0.0, math.inf)]
    if not limited:
        return "all"
    low, high = min(low for low, _ in limited), max(high for _, high in limited)
    return f"{low:g} to {high:g} K in {len(limited)} fits, all in {len(spans) - len(limited)}"


def _listed(reactions: Iterable["Reaction"]) -> Iterator[tuple[object, ...]]:
    for j, reaction in enumerate(reactions):
        for i, fit in enumerate(reaction.fits):
            law = repr(fit.law)
            shown = law if len(law) <= _LAW else f"{law[:_LAW]}..."
            yield (*(("", "") if i else (j, reaction.equation)), shown, f"{fit.t_min:g} to {fit.t_max:g}")
