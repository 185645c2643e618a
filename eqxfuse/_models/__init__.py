"""Models of one zone of gas."""

from eqxfuse._models.collapse import collapse as collapse
from eqxfuse._models.cooling import cooling_parcel as cooling_parcel
from eqxfuse._models.equilibrium import Equilibrium as Equilibrium
from eqxfuse._models.equilibrium import equilibrium as equilibrium
from eqxfuse._models.zone import Zone as Zone
