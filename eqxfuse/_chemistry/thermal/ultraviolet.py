"""Heating by far-ultraviolet light that gas itself absorbs."""

from typing import ClassVar

from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.thermal.critical_density import thermalised
from eqxfuse._chemistry.thermal.gas import Gas, Scalar
from eqxfuse._chemistry.thermal.lookup import reactions
from eqxfuse._chemistry.thermal.process import Process, option, process

_DISSOCIATION = "H2 -> 2 H"


@process
class H2Photons(Process):
    """Photodissociation of H2 and the vibration that its pumping leaves: (0.4 eV + 17 eV h) for each dissociation.

    h is the share that collisions turn into heat (see `ChemicalHeat`). `rows` are the positions of the reactions; if
    none are given, H2 -> H + H with a rate law of photons, shielded or not.
    """

    units: ClassVar[str] = "kinetic, pumped [erg]"
    citation: ClassVar[str] = "Black & Dalgarno 1977, ApJS 34, 405; Burton, Hollenbach & Tielens 1990, ApJ 365, 620"
    validity: ClassVar[str] = "8.5 pumpings for each dissociation, each with 2 eV"

    kinetic: float | Scalar = 6.4e-13
    pumped: float | Scalar = 2.7e-11
    rows: tuple[int, ...] = option(default=())

    def heating(self, gas: Gas):
        return (self.kinetic + self.pumped * thermalised(gas)) * gas.summed(self._rows(gas.network))

    def missing(self, network: Network):
        return () if self._rows(network) else (f"{_DISSOCIATION} by photons",)

    def _rows(self, network: Network) -> tuple[int, ...]:
        return self.rows or reactions(network, _DISSOCIATION, "photon")


@process
class Photoionisation(Process):
    """The rate of an ionisation by photons times the mean energy of the electron; of C, 1 eV, unless others are given.

    `rows` are the positions of the reactions; if none are given, those with the `equation` and a rate law of photons.
    """

    units: ClassVar[str] = "energy [eV]"
    citation: ClassVar[str] = "Black 1987, in Interstellar Processes, ed. Hollenbach & Thronson, p. 731, for carbon"
    validity: ClassVar[str] = "as long as the spectrum of the light stays the same"

    energy: float | Scalar = 1.0
    equation: str = option(default="C -> C+ + e-")
    rows: tuple[int, ...] = option(default=())

    def heating(self, gas: Gas):
        return self.energy * gas.constants.electronvolt * gas.summed(self._rows(gas.network))

    def missing(self, network: Network):
        return () if self._rows(network) else (f"{self.equation} by photons",)

    def _rows(self, network: Network) -> tuple[int, ...]:
        return self.rows or reactions(network, self.equation, "photon")
