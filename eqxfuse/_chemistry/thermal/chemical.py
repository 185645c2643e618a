"""Heat of reactions."""

from typing import ClassVar

from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.thermal.critical_density import thermalised
from eqxfuse._chemistry.thermal.gas import Gas
from eqxfuse._chemistry.thermal.lookup import reactions
from eqxfuse._chemistry.thermal.process import Process, option, process

_FORMATION = {
    "H- + H -> H2 + e-": 3.53,
    "H2+ + H -> H2 + H+": 1.83,
    "3 H -> H2 + H": 4.48,
    "H2 + 2 H -> 2 H2": 4.48,
}
"""Energy that goes into vibration of the new H2 [eV]."""

_DISSOCIATION = ("H2 + e- -> 2 H + e-", "H2 + H -> 3 H", "2 H2 -> 2 H + H2")
_BINDING = 4.48
_ON_GRAINS = "2 H -> H2"
_RELEASED, _INTERNAL = 0.2, 4.2


@process
class ChemicalHeat(Process):
    """Formation and collisional dissociation of H2.

    What forms in the gas is excited: a part of its energy is radiated unless collisions are faster (see the critical
    density of Hollenbach & McKee 1979). H2 from grains has 0.2 eV of kinetic energy and 4.2 eV inside. Dissociation by
    electrons, H and H2 takes 4.48 eV. Reactions are told by their equations, and there is none for what the network
    lacks.
    """

    units: ClassVar[str] = "no parameters"
    citation: ClassVar[str] = "Hollenbach & McKee 1979, ApJS 41, 555; Omukai 2000, ApJ 534, 809"
    validity: ClassVar[str] = "everywhere"

    grains: bool = option(default=True)
    """Whether H + H -> H2 is formation on grains, and counts."""

    def heating(self, gas: Gas):
        formed = sum((energy * gas.rates_of(equation) for equation, energy in _FORMATION.items()), 0.0)
        lost = _BINDING * sum((gas.rates_of(equation) for equation in _DISSOCIATION), 0.0)
        share = thermalised(gas)
        if self.grains:
            lost = lost - (_RELEASED + _INTERNAL * share) * gas.rates_of(_ON_GRAINS)
        return gas.constants.electronvolt * (share * formed - lost)

    def missing(self, network: Network):
        wanted = (*_FORMATION, *_DISSOCIATION, *([_ON_GRAINS] if self.grains else []))
        known = any(reactions(network, equation) for equation in wanted)
        return () if known else ("reactions that form or destroy H2",)
