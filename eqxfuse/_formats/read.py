"""`read_network`: a file on disk becomes a `Network`."""

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from eqxfuse._chemistry.lists import counted
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import OutOfRange
from eqxfuse._chemistry.reaction import Source
from eqxfuse._formats.draft import Draft
from eqxfuse._formats.fields import refuse
from eqxfuse._formats.format import Format
from eqxfuse._formats.kida import KIDA
from eqxfuse._formats.krome import KROME
from eqxfuse._formats.latent_tgas import LATENT_TGAS
from eqxfuse._formats.own import OWN
from eqxfuse._formats.prizmo import PRIZMO
from eqxfuse._formats.uclchem import UCLCHEM, read_with_ice
from eqxfuse._formats.uclchem_ice import Grains
from eqxfuse._formats.umist import UMIST
from eqxfuse._program.garbage import collector_paused
from eqxfuse.errors import NetworkFormatError

FORMATS = {f.name: f for f in (UMIST, KIDA, UCLCHEM, LATENT_TGAS, KROME, PRIZMO, OWN)}
_KNOWN = "; ".join(f"{f.name!r} ({f.title})" for f in FORMATS.values())
_LOOKED_AT = 50

Unsupported: TypeAlias = Literal["refuse", "skip"]
"""What becomes of rows that need what eqxfuse does not have."""

logger = logging.getLogger("eqxfuse")


def read_network(
    path: str | Path,
    format: str | None = None,
    out_of_range: OutOfRange | None = None,
    unsupported: Unsupported = "refuse",
    *,
    species: str | Path | None = None,
    grains: Grains = "published",
) -> Network:
    """Read a network file: UMIST (RATE12, RATE22), KIDA, UCLCHEM csv (its gas phase), latent_tgas csv, KROME
    (`react_...`), PRIZMO, or what `write_network` wrote.

    `format` is `"umist"`, `"kida"`, `"uclchem"`, `"latent_tgas"`, `"krome"`, `"prizmo"` or `"eqxfuse"`; without it the
    first lines of the file decide, and a file that looks like none of them, or like two, is refused. Species stand in
    the order in which the reactions first name them, reactions in the order of the file; each reaction keeps its row in
    `source`.

    `out_of_range` is what a coefficient is outside the ranges of temperature that it was fitted in:

    - `"extrapolate"`: the formula of the nearest fit at the temperature itself, the default for UMIST, as in its own
      code. Barriers keep reactions from running in cold gas; below 10 K and far above a range, fits may grow absurdly.
    - `"bounded"`: as `"extrapolate"`, but no more than the value at the limit.
    - `"clamp"`: the value at the limit, the default for KIDA, as in Nahoon. Reactions with a barrier run in cold gas.
    - `"zero"`: no reaction, the default for KROME, and for UCLCHEM but for rows that say `extrapolate`, as in these
      codes themselves.

    None takes the default of the format, for PRIZMO `"extrapolate"`, for eqxfuse what each row says; latent_tgas has no
    ranges. Whatever is given holds for every row, also for those of UCLCHEM that say something else.
    `Network.with_out_of_range` changes it afterwards.

    Rates of KROME and PRIZMO are expressions (see `rate_laws.Expression`); the quantities that their authors leave to
    the user are `Network.parameters`. Rows that need what eqxfuse does not have, such as tables of cross sections, are
    refused; with `unsupported="skip"` they are left out, which `Network.notes` tells by line and reason.

    `species` is UCLCHEM's file of species, for networks with ice: with it, the rows of grains are read, too. Their laws
    are those of the papers with `grains="published"`, and those of the program with `"uclchem"` (see docs/ices.md for
    the differences). Without `species` a file with surface chemistry is refused unless `grains="none"`, which leaves
    all rows of grains out; a file that has only rows of accretion and desorption is read without them, with a note.

    Rows that are left out by rule (rows of grains without `species`) are counted in `Network.notes`, which `summary`
    shows and the logger `eqxfuse` reports at level INFO; rows with a negative rate coefficient are kept, with a
    warning. Any other row that cannot be read raises `NetworkFormatError` with the file, the line, its text and
    what is wrong. Raises `OSError` where the file cannot be opened, and `ValueError` for an unknown `format`,
    `out_of_range` or `unsupported`.
    """
    if unsupported not in get_args(Unsupported):
        raise ValueError(f'unsupported must be "refuse" or "skip", got {unsupported!r}')
    if format is not None and format not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(map(repr, FORMATS))} or None, got {format!r}")
    if grains not in get_args(Grains):
        raise ValueError(f"grains must be one of {', '.join(map(repr, get_args(Grains)))}, got {grains!r}")
    if species is not None and grains == "none":
        raise ValueError('grains="none" leaves out what species are for: give one of the two')
    with collector_paused():
        if species is None:
            draft = _read(Path(path), format)
        else:
            draft = _read_with_ice(Path(path), format, Path(species), grains == "uclchem")
        if draft.needs_species and grains != "none":
            raise _without_species(draft.needs_species)
        if draft.unsupported and unsupported == "refuse":
            raise _refusal(draft)
        network = draft.network(Path(path).stem)
    for note in (*draft.notes, *draft.left_out()):
        logger.info("%s: %s", path, note)
    for doubt in draft.doubts:
        warnings.warn(f"{path}: {doubt}", stacklevel=2)
    return network if out_of_range is None else network.with_out_of_range(out_of_range)


def _read(path: Path, format: str | None) -> Draft:
    rows = _rows(str(path), path.read_bytes())
    if not rows:
        raise NetworkFormatError(path, 0, "", "the file is empty")
    draft = (FORMATS[format] if format else _detect(rows)).read(rows)
    if not draft.reactions and not draft.unsupported:
        raise NetworkFormatError(path, 0, "", "; ".join(["the file holds no reaction", *draft.notes]))
    return draft


def _read_with_ice(path: Path, format: str | None, species: Path, shipped: bool) -> Draft:
    rows = _rows(str(path), path.read_bytes())
    known = format or (_detect(rows).name if rows else "")
    if known != UCLCHEM.name:
        why = f"species go with a network of the format 'uclchem', this one is {known or 'empty'}"
        raise NetworkFormatError(path, 0, "", why)
    return read_with_ice(rows, _rows(str(species), species.read_bytes()), shipped)


def _without_species(rows: Sequence[Source]) -> NetworkFormatError:
    return refuse(
        rows[0],
        f"{counted(len(rows), 'row')} of chemistry on grains: give the file of species that belongs to the network, "
        'species="species.csv", --species-file; or leave the grains out, grains="none", --grains none',
    )


def _refusal(draft: Draft) -> NetworkFormatError:
    row, why = draft.unsupported[0]
    count = counted(len(draft.unsupported), "row")
    return refuse(row, f'{why} ({count} like this in all: unsupported="skip", --unsupported skip, leaves them out)')


def _rows(path: str, content: bytes) -> list[Source]:
    """The lines that are not blank. Notes may hold any bytes: what is not UTF-8 is read as Latin-1."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [Source(path, i, line) for i, line in enumerate(lines, 1) if line.strip()]


def _detect(rows: Sequence[Source]) -> Format:
    head = [row.text for row in rows[:_LOOKED_AT]]
    found = [f for f in FORMATS.values() if any(map(f.recognises, head))]
    if len(found) == 1:
        return found[0]
    looks = f"looks like {' and like '.join(f.name for f in found)}" if found else "looks like no format known here"
    why = f"the file {looks}: give its format, one of {_KNOWN}"
    raise NetworkFormatError(rows[0].path, 0, rows[0].text[:200], why)
