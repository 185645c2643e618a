"""Program -> callable. The only home of exec, ctypes, jax.ffi and the compiler in llvmlite (`llvmlite.binding`).

`_llvm` writes text with the other half of llvmlite, `llvmlite.ir`.
"""

from eqxfuse._kernels.build import Backend as Backend
from eqxfuse._kernels.build import build_kernel as build_kernel
from eqxfuse._kernels.jax_kernel import execute as execute
from eqxfuse._kernels.kernel import Capabilities as Capabilities
from eqxfuse._kernels.kernel import Kernel as Kernel
