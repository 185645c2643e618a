"""Many solves with coefficients that are drawn at random, as well as they are known."""

from eqxfuse._analysis.ensemble.ensemble import Correlation as Correlation
from eqxfuse._analysis.ensemble.ensemble import Ensemble as Ensemble
from eqxfuse._analysis.ensemble.solve import ensemble as ensemble
