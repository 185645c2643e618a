"""A right-hand side in a notebook."""

from typing import TYPE_CHECKING

from eqxfuse._html import Html, facts, titled

if TYPE_CHECKING:
    from eqxfuse._rhs.fused import FusedRHS

_UNITS = {"abundance": "abundances n/n_H", "density": "densities [cm^-3]"}


def rhs_html(rhs: "FusedRHS") -> Html:
    """What it was made from, what runs it, and what one call costs."""
    count = rhs.kernel.program.operations
    rows = [
        ("network", repr(rhs.network)),
        ("backend", rhs.kernel.backend),
        ("state", _UNITS[rhs.state]),
        ("dy/dt", f"{count['multiplications']} multiplications, {count['additions']} additions"),
        ("conditions", "to be given as args" if rhs.bound is None else f"bound: {rhs.bound!r}"),
    ]
    return titled("FusedRHS", facts(rows))
