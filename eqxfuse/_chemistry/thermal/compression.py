"""Work that is done on the gas."""

from typing import ClassVar

from eqxfuse._chemistry.thermal.process import Process, process


@process
class Compression(Process):
    """n_tot k T d ln(n)/dt with the `compression_rate` of the conditions; cools where it is negative.

    In an expanding universe the rate is -3 H. It is the work alone: let the density change at the same rate.
    """

    units: ClassVar[str] = "no parameters"
    citation: ClassVar[str] = "first law of thermodynamics; Galli & Palla 1998, A&A 335, 403, eq. 3"
    validity: ClassVar[str] = "everywhere"

    def heating(self, gas):
        return gas.total * gas.constants.boltzmann * gas.temperature * gas.conditions.compression_rate


@process
class FreeFall(Process):
    """n_tot k T/t_ff, the work of a collapse d ln(n)/dt = 1/t_ff with t_ff = sqrt(3 pi/(32 G rho))."""

    units: ClassVar[str] = "no parameters"
    citation: ClassVar[str] = "Omukai 2000, ApJ 534, 809"
    validity: ClassVar[str] = "one-zone collapse that pressure does not hold up"

    def heating(self, gas):
        return gas.total * gas.constants.boltzmann * gas.temperature / gas.free_fall_time
