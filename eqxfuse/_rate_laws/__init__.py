"""Rate laws: one class a formula, one module a family. Public as `eqxfuse.rate_laws`."""

from eqxfuse._rate_laws._constant import Constant as Constant
from eqxfuse._rate_laws._fit import Fit as Fit
from eqxfuse._rate_laws._fit import OutOfRange as OutOfRange
from eqxfuse._rate_laws._kooij import Kooij as Kooij
from eqxfuse._rate_laws._law import RateLaw as RateLaw
from eqxfuse._rate_laws._law import option as option
from eqxfuse._rate_laws._law import rate_law as rate_law
from eqxfuse._rate_laws._table import RateTable as RateTable
