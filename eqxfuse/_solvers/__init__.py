"""Solvers for stiff equations. The only home of diffrax internals."""

from eqxfuse._solvers._rodas4 import Rodas4 as Rodas4
from eqxfuse._solvers._rodas5p import Rodas5P as Rodas5P
