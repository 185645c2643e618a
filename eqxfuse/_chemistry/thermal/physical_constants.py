"""The constants of nature that heating and cooling are made of."""

from collections.abc import Iterable
from dataclasses import dataclass

from eqxfuse._chemistry.species import ATOMIC_MASS, ELECTRON_MASS

_UNIFIED_MASS = 1.66053906660e-24


@dataclass(frozen=True, slots=True)
class PhysicalConstants:
    """In cgs units; CODATA 2018 and standard atomic weights, unless others are given to repeat what others computed."""

    boltzmann: float = 1.380649e-16
    """[erg K^-1]"""
    electronvolt: float = 1.602176634e-12
    """[erg]"""
    proton_mass: float = 1.67262192369e-24
    """[g]"""
    gravity: float = 6.67430e-8
    """[cm^3 g^-1 s^-2]"""
    stefan_boltzmann: float = 5.670374419e-5
    """[erg cm^-2 s^-1 K^-4]"""
    electron_mass: float = ELECTRON_MASS * _UNIFIED_MASS
    """[g]"""
    atomic_masses: tuple[tuple[str, float], ...] = tuple((e, m * _UNIFIED_MASS) for e, m in ATOMIC_MASS.items())
    """Of neutral atoms [g]."""

    def mass(self, composition: Iterable[tuple[str, int]], charge: int) -> float:
        """Mass [g] of one particle; elements without a mass, such as grains, count as 0."""
        masses = dict(self.atomic_masses)
        return sum(masses.get(element, 0.0) * count for element, count in composition) - charge * self.electron_mass


CODATA = PhysicalConstants()
