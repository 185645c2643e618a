"""Cooling by collisions of electrons with atoms and ions of hydrogen and helium."""

from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.thermal.gas import Gas, Scalar
from eqxfuse._chemistry.thermal.process import Process, process

_CEN = "Cen 1992, ApJS 78, 341, after Black 1981, MNRAS 197, 553"


def _warm(gas: Gas) -> Scalar:
    return gas.within(10.0, 1e9)


def _slowed(t):
    """The factor that keeps the rates finite in hot gas."""
    return 1.0 / (1.0 + jnp.sqrt(t / 1e5))


class _ElectronImpact(Process):
    citation: ClassVar[str] = _CEN
    validity: ClassVar[str] = "about 5e3 to 1e8 K; the temperature is held within 10 and 1e9 K"
    needs: ClassVar[tuple[str, ...]] = ("e-",)


@process
class CollisionalIonisation(_ElectronImpact):
    """Energy that ionises H, He, He+ and metastable He.

    Do not add it to reactions that are counted with their own ionisation energies.
    """

    units: ClassVar[str] = "no parameters"

    def heating(self, gas):
        t, e = _warm(gas), gas.n("e-")
        ionised = (
            1.27e-21 * jnp.exp(-157809.1 / t) * gas.n("H")
            + 9.38e-22 * jnp.exp(-285335.4 / t) * gas.n("He")
            + 4.95e-22 * jnp.exp(-631515.0 / t) * gas.n("He+")
        )
        metastable = 5.01e-27 * t**-0.1687 * jnp.exp(-55338.0 / t) * e * gas.n("He+")
        return -_slowed(t) * e * (jnp.sqrt(t) * ionised + metastable)


@process
class Recombination(_ElectronImpact):
    """Kinetic energy of the electrons that H+, He+ (dielectronically, too) and He++ take."""

    units: ClassVar[str] = "no parameters"

    def heating(self, gas):
        t = _warm(gas)
        hydrogenic = jnp.sqrt(t) * (t / 1e3) ** -0.2 / (1.0 + (t / 1e6) ** 0.7)
        dielectronic = 1.24e-13 * t**-1.5 * jnp.exp(-4.7e5 / t) * (1.0 + 0.3 * jnp.exp(-9.4e4 / t))
        lost = hydrogenic * (8.7e-27 * gas.n("H+") + 3.48e-26 * gas.n("He++"))
        return -gas.n("e-") * (lost + (1.55e-26 * t**0.3647 + dielectronic) * gas.n("He+"))


@process
class AtomicLines(_ElectronImpact):
    """Collisionally excited lines of H (Lyman alpha and above), He+ and metastable He.

    They hold what `LymanAlpha` has: take one of the two.
    """

    units: ClassVar[str] = "no parameters"

    def heating(self, gas):
        t, e = _warm(gas), gas.n("e-")
        hydrogen = 7.5e-19 * jnp.exp(-118348.0 / t) * gas.n("H")
        helium = 5.54e-17 * t**-0.397 * jnp.exp(-473638.0 / t)
        metastable = 9.1e-27 * t**-0.1687 * jnp.exp(-13179.0 / t) * e
        return -_slowed(t) * e * (hydrogen + (helium + metastable) * gas.n("He+"))


@process
class FreeFree(_ElectronImpact):
    """Bremsstrahlung of electrons at all atomic ions, 1.42e-27 gaunt_factor sqrt(T) n_e sum Z^2 n; molecular ions are
    left out.
    """

    units: ClassVar[str] = "gaunt_factor [1]"

    gaunt_factor: float | Scalar = 1.5

    def heating(self, gas):
        return -1.42e-27 * self.gaunt_factor * jnp.sqrt(_warm(gas)) * gas.n("e-") * gas.sum_of(_squares(gas))


def _squares(gas: Gas) -> list[float]:
    """Squared charges of the atomic ions."""
    return [
        float(s.charge**2) if s.charge > 0 and sum(count for _, count in s.composition or ()) == 1 else 0.0
        for s in gas.network.species
    ]


@process
class LymanAlpha(Process):
    """Collisionally excited Lyman alpha alone, 7.3e-19 exp(-118400/T) n_e n(H)."""

    units: ClassVar[str] = "no parameters"
    citation: ClassVar[str] = "Spitzer 1978, Physical Processes in the Interstellar Medium, section 6.2"
    validity: ClassVar[str] = "4e3 to 1.25e4 K, optically thin; used at all temperatures"
    needs: ClassVar[tuple[str, ...]] = ("H", "e-")

    def heating(self, gas):
        return -7.3e-19 * jnp.exp(-118400.0 / gas.within(10.0, 1e9)) * gas.n("e-") * gas.n("H")
