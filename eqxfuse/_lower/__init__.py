"""Network -> Program: what is to be computed, with common factors shared."""

from eqxfuse._lower._jacobian import lower_jacobian as lower_jacobian
from eqxfuse._lower._jacobian import modifying_species as modifying_species
from eqxfuse._lower._lu import LUPlan as LUPlan
from eqxfuse._lower._lu import plan_lu as plan_lu
from eqxfuse._lower._pattern import Pattern as Pattern
from eqxfuse._lower._rhs import lower_rhs as lower_rhs
