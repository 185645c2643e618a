"""What happens on grains and in their ice: accretion, desorption, diffusive reactions, layers."""

from eqxfuse._chemistry.rate_laws.ice.accretion import Accretion as Accretion
from eqxfuse._chemistry.rate_laws.ice.accretion import EleyRideal as EleyRideal
from eqxfuse._chemistry.rate_laws.ice.desorption import CosmicRayDesorption as CosmicRayDesorption
from eqxfuse._chemistry.rate_laws.ice.desorption import H2FormationDesorption as H2FormationDesorption
from eqxfuse._chemistry.rate_laws.ice.desorption import PhotoDesorption as PhotoDesorption
from eqxfuse._chemistry.rate_laws.ice.desorption import ThermalDesorption as ThermalDesorption
from eqxfuse._chemistry.rate_laws.ice.diffusion import SurfaceReaction as SurfaceReaction
from eqxfuse._chemistry.rate_laws.ice.encounter import EncounterDesorption as EncounterDesorption
from eqxfuse._chemistry.rate_laws.ice.layers import BulkSwap as BulkSwap
from eqxfuse._chemistry.rate_laws.ice.layers import Burial as Burial
from eqxfuse._chemistry.rate_laws.ice.layers import SurfaceSwap as SurfaceSwap
from eqxfuse._chemistry.rate_laws.ice.layers import Uncovering as Uncovering
from eqxfuse._chemistry.rate_laws.ice.photo import BulkCosmicRayPhoton as BulkCosmicRayPhoton
from eqxfuse._chemistry.rate_laws.ice.photo import BulkPhoto as BulkPhoto
