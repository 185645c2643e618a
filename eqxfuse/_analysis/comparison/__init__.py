"""What tells two networks apart."""

from eqxfuse._analysis.comparison.compare import compare as compare
from eqxfuse._analysis.comparison.comparison import Comparison as Comparison
from eqxfuse._analysis.comparison.comparison import Difference as Difference
