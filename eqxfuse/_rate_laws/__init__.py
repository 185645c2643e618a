"""Rate laws: one class a formula, one module a family. Public as `eqxfuse.rate_laws`."""

from eqxfuse._rate_laws._constant import Constant as Constant
from eqxfuse._rate_laws._cosmic_ray import CosmicRay as CosmicRay
from eqxfuse._rate_laws._cosmic_ray import CosmicRayPhoton as CosmicRayPhoton
from eqxfuse._rate_laws._fit import Fit as Fit
from eqxfuse._rate_laws._fit import OutOfRange as OutOfRange
from eqxfuse._rate_laws._grain import GrainCharging as GrainCharging
from eqxfuse._rate_laws._grain import H2OnGrain as H2OnGrain
from eqxfuse._rate_laws._grain import HOnGrain as HOnGrain
from eqxfuse._rate_laws._h2_formation import H2FormationCazauxTielens as H2FormationCazauxTielens
from eqxfuse._rate_laws._h2_formation import H2FormationSimple as H2FormationSimple
from eqxfuse._rate_laws._ion_polar import IonPolar1 as IonPolar1
from eqxfuse._rate_laws._ion_polar import IonPolar2 as IonPolar2
from eqxfuse._rate_laws._kooij import Kooij as Kooij
from eqxfuse._rate_laws._law import RateLaw as RateLaw
from eqxfuse._rate_laws._law import option as option
from eqxfuse._rate_laws._law import rate_law as rate_law
from eqxfuse._rate_laws._photo import Photo as Photo
from eqxfuse._rate_laws._photo import draine_from_habing as draine_from_habing
from eqxfuse._rate_laws._shielded_c import ShieldedC as ShieldedC
from eqxfuse._rate_laws._shielded_co import ShieldedCO as ShieldedCO
from eqxfuse._rate_laws._shielded_h2 import ShieldedH2 as ShieldedH2
from eqxfuse._rate_laws._table import RateTable as RateTable
from eqxfuse._rate_laws._three_body import FallOff as FallOff
from eqxfuse._rate_laws._three_body import ThreeBody as ThreeBody
from eqxfuse._rate_laws._user import UserRate as UserRate
