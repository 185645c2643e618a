"""Solvers for stiff equations. The only home of diffrax internals."""

from eqxfuse._solvers._control import StepControl as StepControl
from eqxfuse._solvers._newton import SparseNewton as SparseNewton
from eqxfuse._solvers._rodas4 import Rodas4 as Rodas4
from eqxfuse._solvers._rodas5p import Rodas5P as Rodas5P
from eqxfuse._solvers._sparse_lu import SparseLU as SparseLU
from eqxfuse._solvers._sparse_operator import SparseOperator as SparseOperator
