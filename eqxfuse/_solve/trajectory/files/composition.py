"""Species as lists that JSON can hold."""

from collections.abc import Sequence

from eqxfuse._chemistry.species import Species


def compositions(species: Sequence[Species]) -> list[list]:
    """[composition, charge] of each."""
    return [[s.composition, s.charge] for s in species]


def species_from(names: Sequence[str], compositions: Sequence[Sequence]) -> tuple[Species, ...]:
    """Back from the names and what JSON made of `compositions`."""
    return tuple(_species(name, *of) for name, of in zip(names, compositions, strict=True))


def _species(name: str, composition: list | None, charge: int) -> Species:
    return Species(name, None if composition is None else tuple((e, n) for e, n in composition), charge)
