"""Exchange of energy with the cosmic microwave background."""

from typing import ClassVar

from eqxfuse._chemistry.thermal.gas import Scalar
from eqxfuse._chemistry.thermal.process import Process, process


@process
class Compton(Process):
    """coefficient T_cmb^4 (T_cmb - T) n_e: heats where the gas is colder than the background.

    The coefficient is 4 sigma_T a k/(m_e c), sigma_T being Thomson's cross section and a the radiation constant.
    """

    units: ClassVar[str] = "coefficient [erg s^-1 K^-5]"
    citation: ClassVar[str] = "Cen 1992, ApJS 78, 341; Peebles 1993, Principles of Physical Cosmology, eq. 6.30"
    validity: ClassVar[str] = "electrons that are not relativistic; the temperature is held below 1e9 K"
    needs: ClassVar[tuple[str, ...]] = ("e-",)

    coefficient: float | Scalar = 1.01781e-37

    def heating(self, gas):
        background = gas.conditions.cmb_temperature
        return self.coefficient * background**4 * (background - gas.within(0.0, 1e9)) * gas.n("e-")
