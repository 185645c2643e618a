"""Models of one zone of gas that heats and cools: a collapse, a parcel that cools, equilibrium over density."""

from eqxfuse._models import Equilibrium as Equilibrium
from eqxfuse._models import Zone as Zone
from eqxfuse._models import collapse as collapse
from eqxfuse._models import cooling_parcel as cooling_parcel
from eqxfuse._models import equilibrium as equilibrium
