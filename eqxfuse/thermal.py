"""Heating and cooling, and what it takes to write one: `H2Cooling`, ..., `Process`, `process`, `option`, `Gas`."""

from eqxfuse._chemistry.rate_laws import option as option
from eqxfuse._chemistry.thermal import AtomicLines as AtomicLines
from eqxfuse._chemistry.thermal import CarbonLines as CarbonLines
from eqxfuse._chemistry.thermal import ChemicalHeat as ChemicalHeat
from eqxfuse._chemistry.thermal import COCooling as COCooling
from eqxfuse._chemistry.thermal import CollisionalIonisation as CollisionalIonisation
from eqxfuse._chemistry.thermal import CollisionInducedEmission as CollisionInducedEmission
from eqxfuse._chemistry.thermal import Compression as Compression
from eqxfuse._chemistry.thermal import Compton as Compton
from eqxfuse._chemistry.thermal import Continuum as Continuum
from eqxfuse._chemistry.thermal import CosmicRayEvents as CosmicRayEvents
from eqxfuse._chemistry.thermal import CosmicRays as CosmicRays
from eqxfuse._chemistry.thermal import Custom as Custom
from eqxfuse._chemistry.thermal import Expression as Expression
from eqxfuse._chemistry.thermal import FreeFall as FreeFall
from eqxfuse._chemistry.thermal import FreeFree as FreeFree
from eqxfuse._chemistry.thermal import Gas as Gas
from eqxfuse._chemistry.thermal import GasGrainExchange as GasGrainExchange
from eqxfuse._chemistry.thermal import GrainRecombinationBakesTielens as GrainRecombinationBakesTielens
from eqxfuse._chemistry.thermal import (
    GrainRecombinationWeingartnerDraine as GrainRecombinationWeingartnerDraine,
)
from eqxfuse._chemistry.thermal import H2Cooling as H2Cooling
from eqxfuse._chemistry.thermal import H2CoolingGalliPalla as H2CoolingGalliPalla
from eqxfuse._chemistry.thermal import H2Photons as H2Photons
from eqxfuse._chemistry.thermal import HDCooling as HDCooling
from eqxfuse._chemistry.thermal import IonisedCarbonLine as IonisedCarbonLine
from eqxfuse._chemistry.thermal import Levels as Levels
from eqxfuse._chemistry.thermal import Line as Line
from eqxfuse._chemistry.thermal import LymanAlpha as LymanAlpha
from eqxfuse._chemistry.thermal import OxygenLines as OxygenLines
from eqxfuse._chemistry.thermal import PhotoelectricBakesTielens as PhotoelectricBakesTielens
from eqxfuse._chemistry.thermal import PhotoelectricWeingartnerDraine as PhotoelectricWeingartnerDraine
from eqxfuse._chemistry.thermal import Photoionisation as Photoionisation
from eqxfuse._chemistry.thermal import PhysicalConstants as PhysicalConstants
from eqxfuse._chemistry.thermal import Process as Process
from eqxfuse._chemistry.thermal import Recombination as Recombination
from eqxfuse._chemistry.thermal import Table as Table
from eqxfuse._chemistry.thermal import Thermal as Thermal
from eqxfuse._chemistry.thermal import adiabatic_index as adiabatic_index
from eqxfuse._chemistry.thermal import dT_dt as dT_dt
from eqxfuse._chemistry.thermal import few_level_cooling as few_level_cooling
from eqxfuse._chemistry.thermal import heat_capacity as heat_capacity
from eqxfuse._chemistry.thermal import interstellar as interstellar
from eqxfuse._chemistry.thermal import level_populations as level_populations
from eqxfuse._chemistry.thermal import particle_energies as particle_energies
from eqxfuse._chemistry.thermal import primordial as primordial
from eqxfuse._chemistry.thermal import process as process
