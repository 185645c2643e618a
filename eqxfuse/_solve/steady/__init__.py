"""States that do not change any more."""

from eqxfuse._solve.steady.steady_state import SteadyState as SteadyState
from eqxfuse._solve.steady.steady_state import steady_state as steady_state
