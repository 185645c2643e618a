"""Heating and cooling: one class a process, one module a family."""

from eqxfuse._chemistry.thermal.gas import Gas as Gas
from eqxfuse._chemistry.thermal.physical_constants import PhysicalConstants as PhysicalConstants
from eqxfuse._chemistry.thermal.process import Custom as Custom
from eqxfuse._chemistry.thermal.process import Process as Process
from eqxfuse._chemistry.thermal.process import process as process
from eqxfuse._chemistry.thermal.thermal import Thermal as Thermal
