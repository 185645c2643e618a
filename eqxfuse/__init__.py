"""Differentiable chemistry for JAX, compiled for exactly your network."""

from eqxfuse import networks as networks
from eqxfuse import rate_laws as rate_laws
from eqxfuse._codegen import CodeGenerator as CodeGenerator
from eqxfuse._codegen import compile_network as compile_network
from eqxfuse._coefficients import RateCoefficients as RateCoefficients
from eqxfuse._conditions import Conditions as Conditions
from eqxfuse._constants import YEAR as YEAR
from eqxfuse._formats import read_network as read_network
from eqxfuse._fused import FusedRHS as FusedRHS
from eqxfuse._network import Network as Network
from eqxfuse._outcome import Outcome as Outcome
from eqxfuse._reaction import Reaction as Reaction
from eqxfuse._solve import solve as solve
from eqxfuse._solvers import Rodas4 as Rodas4
from eqxfuse._solvers import Rodas5P as Rodas5P
from eqxfuse._solvers import SparseLU as SparseLU
from eqxfuse._solvers import SparseNewton as SparseNewton
from eqxfuse._solvers import SparseOperator as SparseOperator
from eqxfuse._species import Species as Species
from eqxfuse._trajectory import Trajectory as Trajectory
