"""Network -> Program: what is to be computed, with common factors shared."""

from eqxfuse._lower._rhs import lower_rhs as lower_rhs
