"""Solvers for stiff equations. The only home of diffrax internals."""

from eqxfuse._solvers.control import RememberingControl as RememberingControl
from eqxfuse._solvers.control import StepControl as StepControl
from eqxfuse._solvers.newton import SparseNewton as SparseNewton
from eqxfuse._solvers.rodas4 import Rodas4 as Rodas4
from eqxfuse._solvers.rodas5p import Rodas5P as Rodas5P
from eqxfuse._solvers.sparse_lu import SparseLU as SparseLU
from eqxfuse._solvers.sparse_operator import SparseOperator as SparseOperator
