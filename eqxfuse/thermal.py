"""Heating and cooling, and what it takes to write one: `Process`, `process`, `Custom`, `option`, ..."""

from eqxfuse._chemistry.rate_laws import option as option
from eqxfuse._chemistry.thermal import Custom as Custom
from eqxfuse._chemistry.thermal import Gas as Gas
from eqxfuse._chemistry.thermal import PhysicalConstants as PhysicalConstants
from eqxfuse._chemistry.thermal import Process as Process
from eqxfuse._chemistry.thermal import process as process
