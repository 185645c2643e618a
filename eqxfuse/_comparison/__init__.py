"""What tells two networks apart."""

from eqxfuse._comparison._compare import compare as compare
from eqxfuse._comparison._comparison import Comparison as Comparison
from eqxfuse._comparison._comparison import Difference as Difference
