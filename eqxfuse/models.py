"""Models of gas: a collapse, a parcel that cools, equilibrium over density, and histories that are formulas: free fall,
a Bonnor-Ebert sphere, the warm-up around a star, shocks; and a slab that is lit.
"""

from eqxfuse._models import Equilibrium as Equilibrium
from eqxfuse._models import Slab as Slab
from eqxfuse._models import Zone as Zone
from eqxfuse._models import bonnor_ebert as bonnor_ebert
from eqxfuse._models import c_shock as c_shock
from eqxfuse._models import collapse as collapse
from eqxfuse._models import cooling_parcel as cooling_parcel
from eqxfuse._models import equilibrium as equilibrium
from eqxfuse._models import free_fall_history as free_fall_history
from eqxfuse._models import hot_core as hot_core
from eqxfuse._models import j_shock as j_shock
from eqxfuse._models import slab as slab
from eqxfuse._models import warm_up as warm_up
