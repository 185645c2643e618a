"""Programs, the form between a network and every backend: for output backends of your own.

`lower_rhs(network)` and `lower_jacobian(network)` need neither JAX nor a compiler. A `Program` lists its `inputs`, its
`statements` in order (each a `Product`, a `Sum`, or a `Call` of one of the `FUNCTIONS`, of `Load`s of input elements,
`Number`s and `Ref`s to earlier statements), and the atom (or None for zero) that each of its `outputs` takes. The two
programs of a network have products and sums alone.
"""

from eqxfuse._lower.jacobian import lower_jacobian as lower_jacobian
from eqxfuse._lower.rhs import lower_rhs as lower_rhs
from eqxfuse._program.functions import FUNCTIONS as FUNCTIONS
from eqxfuse._program.functions import Function as Function
from eqxfuse._program.ir import Array as Array
from eqxfuse._program.ir import Atom as Atom
from eqxfuse._program.ir import Call as Call
from eqxfuse._program.ir import Expression as Expression
from eqxfuse._program.ir import Load as Load
from eqxfuse._program.ir import Number as Number
from eqxfuse._program.ir import Product as Product
from eqxfuse._program.ir import Program as Program
from eqxfuse._program.ir import Ref as Ref
from eqxfuse._program.ir import Statement as Statement
from eqxfuse._program.ir import Sum as Sum
from eqxfuse._program.ir import operands as operands
