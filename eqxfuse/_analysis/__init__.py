"""What makes and destroys a species, how fast, and what it depends on."""

from eqxfuse._analysis._budget import Budget as Budget
from eqxfuse._analysis._budget import BudgetTerm as BudgetTerm
from eqxfuse._analysis._budget import budget as budget
from eqxfuse._analysis._fluxes import fluxes as fluxes
from eqxfuse._analysis._fluxes import timescales as timescales
from eqxfuse._analysis._sensitivities import Sensitivities as Sensitivities
from eqxfuse._analysis._sensitivities import Sensitivity as Sensitivity
from eqxfuse._analysis._sensitivities import sensitivities as sensitivities
