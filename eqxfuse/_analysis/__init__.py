"""What makes and destroys a species, how fast, and what it depends on."""

from eqxfuse._analysis.budget import Budget as Budget
from eqxfuse._analysis.budget import BudgetTerm as BudgetTerm
from eqxfuse._analysis.budget import budget as budget
from eqxfuse._analysis.energy import EnergyBudget as EnergyBudget
from eqxfuse._analysis.energy import EnergyHistory as EnergyHistory
from eqxfuse._analysis.energy import EnergyTerm as EnergyTerm
from eqxfuse._analysis.energy import energy_budget as energy_budget
from eqxfuse._analysis.energy import energy_history as energy_history
from eqxfuse._analysis.energy import energy_terms as energy_terms
from eqxfuse._analysis.ensemble import Correlation as Correlation
from eqxfuse._analysis.ensemble import Ensemble as Ensemble
from eqxfuse._analysis.ensemble import ensemble as ensemble
from eqxfuse._analysis.fluxes import fluxes as fluxes
from eqxfuse._analysis.fluxes import timescales as timescales
from eqxfuse._analysis.reduction import Reduction as Reduction
from eqxfuse._analysis.reduction import reduce_network as reduce_network
from eqxfuse._analysis.sensitivities import Sensitivities as Sensitivities
from eqxfuse._analysis.sensitivities import Sensitivity as Sensitivity
from eqxfuse._analysis.sensitivities import sensitivities as sensitivities
