"""Rate laws: one class a formula, one module a family."""

from eqxfuse._chemistry.rate_laws.constant import Constant as Constant
from eqxfuse._chemistry.rate_laws.cosmic_ray import CosmicRay as CosmicRay
from eqxfuse._chemistry.rate_laws.cosmic_ray import CosmicRayPhoton as CosmicRayPhoton
from eqxfuse._chemistry.rate_laws.fit import Fit as Fit
from eqxfuse._chemistry.rate_laws.fit import OutOfRange as OutOfRange
from eqxfuse._chemistry.rate_laws.grain import GrainCharging as GrainCharging
from eqxfuse._chemistry.rate_laws.grain import H2OnGrain as H2OnGrain
from eqxfuse._chemistry.rate_laws.grain import HOnGrain as HOnGrain
from eqxfuse._chemistry.rate_laws.h2_formation import H2FormationCazauxTielens as H2FormationCazauxTielens
from eqxfuse._chemistry.rate_laws.h2_formation import H2FormationSimple as H2FormationSimple
from eqxfuse._chemistry.rate_laws.ion_polar import IonPolar1 as IonPolar1
from eqxfuse._chemistry.rate_laws.ion_polar import IonPolar2 as IonPolar2
from eqxfuse._chemistry.rate_laws.kooij import Kooij as Kooij
from eqxfuse._chemistry.rate_laws.law import Parameter as Parameter
from eqxfuse._chemistry.rate_laws.law import RateLaw as RateLaw
from eqxfuse._chemistry.rate_laws.law import option as option
from eqxfuse._chemistry.rate_laws.law import rate_law as rate_law
from eqxfuse._chemistry.rate_laws.photo import Photo as Photo
from eqxfuse._chemistry.rate_laws.photo import draine_from_habing as draine_from_habing
from eqxfuse._chemistry.rate_laws.shielded_c import ShieldedC as ShieldedC
from eqxfuse._chemistry.rate_laws.shielded_co import ShieldedCO as ShieldedCO
from eqxfuse._chemistry.rate_laws.shielded_h2 import ShieldedH2 as ShieldedH2
from eqxfuse._chemistry.rate_laws.table import RateTable as RateTable
from eqxfuse._chemistry.rate_laws.three_body import FallOff as FallOff
from eqxfuse._chemistry.rate_laws.three_body import ThreeBody as ThreeBody
from eqxfuse._chemistry.rate_laws.user import UserRate as UserRate
