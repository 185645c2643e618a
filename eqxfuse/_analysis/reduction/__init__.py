"""Smaller networks that keep what matters."""

from eqxfuse._analysis.reduction.reduce import reduce_network as reduce_network
from eqxfuse._analysis.reduction.reduction import Reduction as Reduction
