"""The format of eqxfuse itself: every network that holds no Python function, to the last bit.

A line is a JSON object. The first one is `{"eqxfuse": 1, "name", "species": [[name, composition, charge], ...],
"totals": [[name, [[species or reaction, weight], ...]], ...], "notes": [...]}`, every other one a reaction:
`{"equation", "reactants": [[species, number], ...], "products", "factors": [...], "fits": [...], "out_of_range", "id",
"kind"}`. Species in ice have their phase, binding energy and enthalpy behind the charge. A fit is `{"law", its
parameters, "t_min", "t_max", "uncertainty": [factor, slope]}`; null stands for no limit. `equation` is there to be read
by people.
"""

import json
import math
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import Fit
from eqxfuse._chemistry.rate_laws.uncertainty import Uncertainty
from eqxfuse._chemistry.reaction import Reaction, Source
from eqxfuse._chemistry.species import PREFIXES, Species
from eqxfuse._chemistry.total import Total
from eqxfuse._formats.draft import Draft
from eqxfuse._formats.fields import refuse
from eqxfuse._formats.format import Format
from eqxfuse._formats.own_laws import law_from_plain, law_to_plain
from eqxfuse.errors import UnsupportedRateLaw

_VERSION = 1
_HEAD = '{"eqxfuse":'


def write_network(network: Network, path: str | Path) -> None:
    """Write a network to a file that `read_network` reads back: the same species, reactions, totals and uncertainties.

    The format is eqxfuse's own, a JSON object a line, one for each reaction; it holds every rate law but functions of
    the user's. The file appears when it is whole. Raises `UnsupportedRateLaw`, which names the reaction, and `OSError`.
    """
    if network.processes:
        warnings.warn(f"{path} does not hold the {len(network.processes)} processes that heat and cool", stacklevel=2)
    head = {
        "eqxfuse": _VERSION,
        "name": network.name,
        "species": [_species_row(s) for s in network.species],
        "totals": [[total.name, total.weights] for total in network.totals],
        "notes": network.notes,
    }
    lines = [json.dumps(head), *(json.dumps(_row(reaction)) for reaction in network.reactions)]
    path = Path(path)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_text("\n".join(lines) + "\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _species_row(species: Species) -> list[Any]:
    row = [species.name, species.composition, species.charge]
    return row if species.phase == "gas" else [*row, species.phase, species.binding_energy, species.enthalpy]


def _row(reaction: Reaction) -> dict[str, Any]:
    try:
        fits = [_fit_row(fit) for fit in reaction.fits]
    except UnsupportedRateLaw as error:
        raise UnsupportedRateLaw(f"reaction {reaction.equation!r}: {error}") from None
    names = ("equation", "reactants", "products", "factors")
    rest = {name: getattr(reaction, name) for name in ("out_of_range", "id", "kind")}
    return {name: getattr(reaction, name) for name in names} | {"fits": fits} | rest


def _fit_row(fit: Fit) -> dict[str, Any]:
    limits = {"t_min": fit.t_min, "t_max": None if fit.t_max == math.inf else fit.t_max}
    known = {} if fit.uncertainty is None else {"uncertainty": [fit.uncertainty.factor, fit.uncertainty.slope]}
    return law_to_plain(fit.law) | limits | known


class _Whole(Draft):
    """A draft that knows its species, totals and name from the head of the file."""

    def __init__(self, row: Source, head: dict[str, Any]):
        super().__init__(Species.lenient)
        self._first = row
        for name, atoms, charge, *ice in head["species"]:
            if name in self._species:
                raise ValueError(f"species {name!r} stands twice")
            self._species[name] = Species(str(name), _composition(atoms), int(charge), *_ice(*ice))
        self._own_totals = tuple(Total(name, dict(map(tuple, own))) for name, own in head["totals"])
        self._name = str(head["name"])
        self.notes += map(str, head["notes"])

    def read(self, row: Source) -> None:
        """Append the reaction of a row. Raises `ValueError`."""
        own = json.loads(row.text)
        reactants, products = (tuple((str(n), _number(x)) for n, x in own[side]) for side in ("reactants", "products"))
        factors = tuple(map(str, own["factors"]))
        for name in (*(n for n, _ in (*reactants, *products)), *factors):
            if name not in self._species:
                raise ValueError(f"species {name!r} is not among those of the first line")
        fits = tuple(map(_fit, own["fits"]))
        self.reactions.append(
            Reaction(reactants, products, fits, own["out_of_range"], factors, int(own["id"]), str(own["kind"]), row)
        )

    def network(self, name: str) -> Network:
        """Named as its head says, or else `name`. Raises `NetworkFormatError`."""
        species, reactions = tuple(self._species.values()), tuple(self.reactions)
        try:
            return Network(species, reactions, self._name or name, tuple(self.notes), self._own_totals)
        except (ValueError, TypeError) as error:
            raise refuse(self._first, str(error)) from error


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"numbers must be finite, got {value!r:.50}")
    return number


def _ice(phase: str = "gas", binding_energy: float | None = None, enthalpy: float | None = None):
    """The rest of a species' row."""
    if phase not in ("gas", *PREFIXES.values()):
        raise ValueError(f"unknown phase {phase!r:.50}")
    return phase, *(None if value is None else _number(value) for value in (binding_energy, enthalpy))


def _composition(atoms: Sequence | None) -> tuple[tuple[str, int], ...] | None:
    return None if atoms is None else tuple((str(element), int(count)) for element, count in atoms)


def _fit(own: dict[str, Any]) -> Fit:
    limits = float(own.pop("t_min")), math.inf if own["t_max"] is None else float(own["t_max"])
    del own["t_max"]
    known = own.pop("uncertainty", None)
    return Fit(law_from_plain(own), *limits, None if known is None else Uncertainty(*map(float, known)))


def _read(rows: Sequence[Source]) -> Draft:
    row = rows[0]
    try:
        head = json.loads(row.text)
        if head["eqxfuse"] != _VERSION:
            raise ValueError(f"version {head['eqxfuse']} of the format is not known here, {_VERSION} is")
        draft = _Whole(row, head)
        for row in rows[1:]:
            draft.read(row)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        why = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise refuse(row, f"not as `write_network` writes it: {why}") from error
    return draft


OWN = Format("eqxfuse", "JSON lines as `write_network` writes them", lambda text: text.startswith(_HEAD), _read)
