"""Models of gas: one zone over time, histories that are formulas, a slab that is lit."""

from eqxfuse._models.bonnor_ebert import bonnor_ebert as bonnor_ebert
from eqxfuse._models.c_shock import c_shock as c_shock
from eqxfuse._models.collapse import collapse as collapse
from eqxfuse._models.cooling import cooling_parcel as cooling_parcel
from eqxfuse._models.equilibrium import Equilibrium as Equilibrium
from eqxfuse._models.equilibrium import equilibrium as equilibrium
from eqxfuse._models.j_shock import j_shock as j_shock
from eqxfuse._models.slab import Slab as Slab
from eqxfuse._models.sphere import free_fall_history as free_fall_history
from eqxfuse._models.sweep import slab as slab
from eqxfuse._models.warm_up import hot_core as hot_core
from eqxfuse._models.warm_up import warm_up as warm_up
from eqxfuse._models.zone import Zone as Zone
