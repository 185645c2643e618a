"""A chemical species and what its name says of it."""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, TypeAlias, get_args

ATOMIC_MASS = {
    "H": 1.008, "D": 2.014, "He": 4.0026, "Li": 6.94, "Be": 9.0122, "B": 10.81, "C": 12.011, "N": 14.007,
    "O": 15.999, "F": 18.998, "Ne": 20.180, "Na": 22.990, "Mg": 24.305, "Al": 26.982, "Si": 28.085,
    "P": 30.974, "S": 32.06, "Cl": 35.45, "Ar": 39.95, "K": 39.098, "Ca": 40.078, "Ti": 47.867,
    "V": 50.942, "Cr": 51.996, "Mn": 54.938, "Fe": 55.845, "Co": 58.933, "Ni": 58.693, "Cu": 63.546,
    "Zn": 65.38,
}  # fmt: skip
"""Standard atomic weights [u], abridged (IUPAC 2021); deuterium as the isotope's mass."""

ELECTRON_MASS = 5.48579909e-4
"""[u] (CODATA 2018)."""

_UPPER_CASE_ELEMENTS = {name.upper(): name for name in ("He", "Mg", "Si", "Cl", "Na", "Fe", *"HDCNOFPS")}
_ISOMER = re.compile(r"^(?:(?:[a-z]{1,5}|[a-z]?[0-9]|[A-Z])-|[a-z])(?=[A-Z])")
_TOKEN = re.compile(r"([A-Z][a-z]?)([1-9][0-9]{0,2})?")
_TOKEN_UPPER = re.compile(r"(HE|MG|SI|CL|NA|FE|[A-Z])([1-9][0-9]{0,2})?")
_ELECTRONS = ("e-", "E-", "E", "e")

Phase: TypeAlias = Literal["gas", "surface", "bulk"]
"""Where a species is: in the gas, in the outermost layers of the ice on grains, or below them."""

PHASES: tuple[Phase, ...] = get_args(Phase)

PREFIXES: dict[str, Phase] = {"#": "surface", "@": "bulk"}
"""What names of species in ice begin with, before the name of the same species in the gas."""


@dataclass(frozen=True)
class Species:
    """A species by its name in the network file.

    `composition` holds (element, count) pairs in the order of the name; it is None for an opaque species
    whose name is not a formula. `charge` is in elementary charges. `phase` is `"gas"`, `"surface"` or `"bulk"`.
    For species in ice, `binding_energy` [K] and `enthalpy` of formation [kcal/mol] are what a network's file says; None
    where that is not known.
    """

    name: str
    composition: tuple[tuple[str, int], ...] | None = None
    charge: int = 0
    phase: Phase = "gas"
    binding_energy: float | None = None
    enthalpy: float | None = None

    def __post_init__(self):
        if not self.name.strip():
            raise ValueError(f"a species needs a name, got {self.name!r}")

    @classmethod
    def from_name(cls, name: str, *, upper_case: bool = False) -> "Species":
        """Read a formula such as `HCO+`, `c-C3H2`, `oH2D+`, `GRAIN-`, `e-`, or of a species in ice, `#CO`, `@CO`.

        `upper_case` is for files that write elements in capitals (`HE`, `MG`, `CL`). `GRAIN` counts as an
        element of its own. Raises `ValueError` when a part of the name is no element.
        """
        if name[:1] in PREFIXES:
            return replace(cls.from_name(name[1:], upper_case=upper_case), name=name, phase=PREFIXES[name[0]])
        if name in _ELECTRONS:
            return cls(name, (), -1)
        base = name.rstrip("+-")
        signs = name[len(base) :]
        charge = _charge(signs)
        if not base or (signs and abs(charge) != len(signs)):
            raise ValueError(f"species {name!r}: cannot read the charge")
        if base.upper() in ("GRAIN", "GRAIN0"):
            return cls(name, (("GRAIN", 1),), charge)
        return cls(name, _composition(name, base, upper_case), charge)

    @classmethod
    def lenient(cls, name: str, *, upper_case: bool = False) -> "Species":
        """As `from_name`, but a name that is no formula is read as one in capitals (`HE`, `SIO`, `NACL`), which no
        other formula looks like; else it becomes an opaque species with the charge of its signs.
        """
        for capitals in (upper_case, True):
            try:
                return cls.from_name(name, upper_case=capitals)
            except ValueError:
                pass
        return cls(name, None, _charge(name[len(name.rstrip("+-")) :]), PREFIXES.get(name[:1], "gas"))

    @property
    def gas_name(self) -> str:
        """The name of the same species in the gas."""
        return self.name[1:] if self.phase != "gas" else self.name

    @cached_property
    def mass(self) -> float:
        """Mass [u] from composition and charge; nan for an opaque species, grains counting as 0."""
        if self.composition is None:
            return float("nan")
        atoms = sum(ATOMIC_MASS.get(element, 0.0) * n for element, n in self.composition)
        return atoms - self.charge * ELECTRON_MASS


def _charge(signs: str) -> int:
    return signs.count("+") - signs.count("-")


def _composition(name: str, base: str, upper_case: bool) -> tuple[tuple[str, int], ...]:
    formula = _ISOMER.sub("", base)
    token = _TOKEN_UPPER if upper_case else _TOKEN
    counts: dict[str, int] = {}
    position = 0
    while position < len(formula):
        match = token.match(formula, position)
        element = match and (_UPPER_CASE_ELEMENTS.get(match[1]) if upper_case else match[1])
        if not match or element not in ATOMIC_MASS:
            raise ValueError(f"species {name!r}: {formula[position:]!r} does not start with an element")
        counts[element] = counts.get(element, 0) + int(match[2] or 1)
        position = match.end()
    return tuple(counts.items())
