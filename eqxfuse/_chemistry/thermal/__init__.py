"""Heating and cooling: one class a process, one module a family."""

from eqxfuse._chemistry.thermal.atomic import AtomicLines as AtomicLines
from eqxfuse._chemistry.thermal.atomic import CollisionalIonisation as CollisionalIonisation
from eqxfuse._chemistry.thermal.atomic import FreeFree as FreeFree
from eqxfuse._chemistry.thermal.atomic import LymanAlpha as LymanAlpha
from eqxfuse._chemistry.thermal.atomic import Recombination as Recombination
from eqxfuse._chemistry.thermal.chemical import ChemicalHeat as ChemicalHeat
from eqxfuse._chemistry.thermal.co_cooling import COCooling as COCooling
from eqxfuse._chemistry.thermal.compression import Compression as Compression
from eqxfuse._chemistry.thermal.compression import FreeFall as FreeFall
from eqxfuse._chemistry.thermal.compton import Compton as Compton
from eqxfuse._chemistry.thermal.continuum import CollisionInducedEmission as CollisionInducedEmission
from eqxfuse._chemistry.thermal.continuum import Continuum as Continuum
from eqxfuse._chemistry.thermal.cosmic_rays import CosmicRayEvents as CosmicRayEvents
from eqxfuse._chemistry.thermal.cosmic_rays import CosmicRays as CosmicRays
from eqxfuse._chemistry.thermal.dust import GasGrainExchange as GasGrainExchange
from eqxfuse._chemistry.thermal.expression import Expression as Expression
from eqxfuse._chemistry.thermal.few_levels import Levels as Levels
from eqxfuse._chemistry.thermal.few_levels import Line as Line
from eqxfuse._chemistry.thermal.few_levels import few_level_cooling as few_level_cooling
from eqxfuse._chemistry.thermal.few_levels import level_populations as level_populations
from eqxfuse._chemistry.thermal.fine_structure import CarbonLines as CarbonLines
from eqxfuse._chemistry.thermal.fine_structure import IonisedCarbonLine as IonisedCarbonLine
from eqxfuse._chemistry.thermal.fine_structure import OxygenLines as OxygenLines
from eqxfuse._chemistry.thermal.gas import Gas as Gas
from eqxfuse._chemistry.thermal.h2_cooling import H2Cooling as H2Cooling
from eqxfuse._chemistry.thermal.h2_cooling import H2CoolingGalliPalla as H2CoolingGalliPalla
from eqxfuse._chemistry.thermal.hd_cooling import HDCooling as HDCooling
from eqxfuse._chemistry.thermal.heat_capacity import adiabatic_index as adiabatic_index
from eqxfuse._chemistry.thermal.heat_capacity import dT_dt as dT_dt
from eqxfuse._chemistry.thermal.heat_capacity import heat_capacity as heat_capacity
from eqxfuse._chemistry.thermal.heat_capacity import particle_energies as particle_energies
from eqxfuse._chemistry.thermal.photoelectric import GrainRecombinationBakesTielens as GrainRecombinationBakesTielens
from eqxfuse._chemistry.thermal.photoelectric import (
    GrainRecombinationWeingartnerDraine as GrainRecombinationWeingartnerDraine,
)
from eqxfuse._chemistry.thermal.photoelectric import PhotoelectricBakesTielens as PhotoelectricBakesTielens
from eqxfuse._chemistry.thermal.photoelectric import PhotoelectricWeingartnerDraine as PhotoelectricWeingartnerDraine
from eqxfuse._chemistry.thermal.physical_constants import PhysicalConstants as PhysicalConstants
from eqxfuse._chemistry.thermal.presets import interstellar as interstellar
from eqxfuse._chemistry.thermal.presets import primordial as primordial
from eqxfuse._chemistry.thermal.process import Custom as Custom
from eqxfuse._chemistry.thermal.process import Process as Process
from eqxfuse._chemistry.thermal.process import process as process
from eqxfuse._chemistry.thermal.table import Table as Table
from eqxfuse._chemistry.thermal.thermal import Thermal as Thermal
from eqxfuse._chemistry.thermal.ultraviolet import H2Photons as H2Photons
from eqxfuse._chemistry.thermal.ultraviolet import Photoionisation as Photoionisation
