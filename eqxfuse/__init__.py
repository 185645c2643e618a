"""Differentiable chemistry for JAX, compiled for exactly your network."""

from eqxfuse import errors as errors
from eqxfuse import ir as ir
from eqxfuse import models as models
from eqxfuse import rate_laws as rate_laws
from eqxfuse import thermal as thermal
from eqxfuse._analysis import Budget as Budget
from eqxfuse._analysis import BudgetTerm as BudgetTerm
from eqxfuse._analysis import EnergyBudget as EnergyBudget
from eqxfuse._analysis import EnergyHistory as EnergyHistory
from eqxfuse._analysis import EnergyTerm as EnergyTerm
from eqxfuse._analysis import Sensitivities as Sensitivities
from eqxfuse._analysis import Sensitivity as Sensitivity
from eqxfuse._analysis import budget as budget
from eqxfuse._analysis import energy_budget as energy_budget
from eqxfuse._analysis import energy_history as energy_history
from eqxfuse._analysis import energy_terms as energy_terms
from eqxfuse._analysis import fluxes as fluxes
from eqxfuse._analysis import sensitivities as sensitivities
from eqxfuse._analysis import timescales as timescales
from eqxfuse._analysis.comparison import Comparison as Comparison
from eqxfuse._analysis.comparison import Difference as Difference
from eqxfuse._analysis.comparison import compare as compare
from eqxfuse._chemistry.conditions import Conditions as Conditions
from eqxfuse._chemistry.constants import YEAR as YEAR
from eqxfuse._chemistry.network import Network as Network
from eqxfuse._chemistry.reaction import Reaction as Reaction
from eqxfuse._chemistry.species import Species as Species
from eqxfuse._chemistry.total import Total as Total
from eqxfuse._formats import read_network as read_network
from eqxfuse._rhs.codegen import CodeGenerator as CodeGenerator
from eqxfuse._rhs.codegen import compile_network as compile_network
from eqxfuse._rhs.coefficients import RateCoefficients as RateCoefficients
from eqxfuse._rhs.fused import FusedRHS as FusedRHS
from eqxfuse._rhs.sparse_matrix import SparseMatrix as SparseMatrix
from eqxfuse._solve.grid import solve_grid as solve_grid
from eqxfuse._solve.outcome import Outcome as Outcome
from eqxfuse._solve.solve import solve as solve
from eqxfuse._solve.steady import SteadyState as SteadyState
from eqxfuse._solve.steady import steady_state as steady_state
from eqxfuse._solve.trajectory.origin import Origin as Origin
from eqxfuse._solve.trajectory.trajectory import Trajectory as Trajectory
from eqxfuse._solvers import Rodas4 as Rodas4
from eqxfuse._solvers import Rodas5P as Rodas5P
from eqxfuse._solvers import SparseLU as SparseLU
from eqxfuse._solvers import SparseNewton as SparseNewton
from eqxfuse._solvers import SparseOperator as SparseOperator
from eqxfuse._version import __version__ as __version__
from eqxfuse.errors import BackendUnavailable as BackendUnavailable
from eqxfuse.errors import ExpressionError as ExpressionError
from eqxfuse.errors import GeneratedCodeError as GeneratedCodeError
from eqxfuse.errors import NetworkFormatError as NetworkFormatError
from eqxfuse.errors import UnknownSpecies as UnknownSpecies
from eqxfuse.errors import UnsupportedRateLaw as UnsupportedRateLaw

# isort: split
from eqxfuse import networks as networks  # last: they are written with the names above
