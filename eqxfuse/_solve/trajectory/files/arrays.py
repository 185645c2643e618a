"""The .npz file of a trajectory: plain arrays, nothing pickled."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np

from eqxfuse._chemistry.conditions import FIELDS, Conditions
from eqxfuse._chemistry.species import PREFIXES, Species
from eqxfuse._solve.outcome import from_names, names_of
from eqxfuse._solve.trajectory.origin import NUMBERS, Origin

_ARRAYS = ("times", "abundances", "initial")
_MORE = ("end_time", "end_state", "temperature", "end_temperature")
"""What not every trajectory has."""
_COUNT = "statistics_"
_CONDITION = "conditions_"
_PARAMETER = "parameters_"


def write_arrays(path: Path, fields: Mapping[str, Any]) -> None:
    """Write `times`, `abundances`, `initial`, `end_time`, `end_state`, `temperature`, `end_temperature` and
    `gas_density` where there are such, the names in `species`, the compositions and charges in `composition` (JSON),
    `state`, the name of the `result`, one `statistics_...` for each count, and the `origin_arrays`.
    """
    arrays = {name: np.asarray(fields[name]) for name in (*_ARRAYS, *_MORE) if fields[name] is not None}
    arrays |= {name: np.asarray(fields[name]) for name in ("gas_density",) if name in fields}
    arrays |= {_COUNT + name: np.asarray(value) for name, value in fields["statistics"].items()}
    arrays |= {
        "species": np.array([s.name for s in fields["species"]], dtype=str),
        "composition": np.array(compositions(fields["species"])),
        "state": np.array(fields["state"]),
        "result": names_of(fields["result"]),
        **({} if fields["origin"] is None else origin_arrays(fields["origin"])),
    }
    with open(path, "wb") as file:
        np.savez(file, **arrays)  # pyright: ignore[reportArgumentType]


def origin_arrays(origin: Origin) -> dict[str, np.ndarray]:
    """`t0`, `rtol`, `atol`, name and digest of the `network`, `dims` and, where they are known, one `conditions_...`
    for each field of the conditions, and one `parameters_...` for each of its parameters.
    """
    arrays = {name: np.asarray(getattr(origin, name)) for name in NUMBERS}
    arrays |= {name: np.array(getattr(origin, name), dtype=str) for name in ("network", "digest", "dims")}
    if origin.conditions is None:
        return arrays
    arrays |= {_CONDITION + name: np.asarray(getattr(origin.conditions, name)) for name in FIELDS}
    return arrays | {_PARAMETER + name: np.asarray(value) for name, value in origin.conditions.parameters.items()}


def read_arrays(path: Path) -> dict[str, Any]:
    """The fields of the trajectory in a file that `write_arrays` wrote. Raises `ValueError` and `OSError`."""
    try:
        with open(path, "rb") as file, np.load(file) as arrays:
            return _fields(arrays)
    except (KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} is not a trajectory that eqxfuse saved, or is damaged: {error}") from error


def _fields(arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    names = [str(name) for name in arrays["species"]]
    return {
        **{name: jnp.asarray(arrays[name]) for name in (*_ARRAYS, *_MORE) if name in arrays or name in _ARRAYS},
        "statistics": {key[len(_COUNT) :]: jnp.asarray(arrays[key]) for key in arrays if key.startswith(_COUNT)},
        "result": from_names(arrays["result"]),
        "species": species_from(names, str(arrays["composition"])),
        "state": str(arrays["state"]),
        "origin": _origin(arrays) if "digest" in arrays else None,
    }


def _origin(arrays: Mapping[str, np.ndarray]) -> Origin:
    def array(name: str):
        return jnp.broadcast_to(arrays[name], arrays["times"].shape[:-1])

    fields = {name: array(_CONDITION + name) for name in FIELDS if _CONDITION + name in arrays}
    parameters = {key[len(_PARAMETER) :]: array(key) for key in arrays if key.startswith(_PARAMETER)}
    return Origin(
        Conditions(**fields, parameters=parameters) if fields else None,
        **{name: array(name) for name in NUMBERS},
        network=str(arrays["network"]),
        digest=str(arrays["digest"]),
        dims=tuple(map(str, arrays["dims"])),
    )


def compositions(species: Sequence[Species]) -> str:
    """Composition and charge of each, as JSON."""
    return json.dumps([[s.composition, s.charge] for s in species])


def species_from(names: Sequence[str], compositions: str) -> tuple[Species, ...]:
    """Back from the names and the `compositions`."""
    return tuple(_species(name, *of) for name, of in zip(names, json.loads(compositions), strict=True))


def _species(name: str, composition: list | None, charge: int) -> Species:
    pairs = None if composition is None else tuple((e, n) for e, n in composition)
    return Species(name, pairs, charge, PREFIXES.get(name[:1], "gas"))
