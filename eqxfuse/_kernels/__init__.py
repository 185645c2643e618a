"""Program -> callable. The only home of exec, ctypes, llvmlite and jax.ffi."""

from eqxfuse._kernels.build import Backend as Backend
from eqxfuse._kernels.build import build_kernel as build_kernel
from eqxfuse._kernels.jax_kernel import execute as execute
from eqxfuse._kernels.kernel import Capabilities as Capabilities
from eqxfuse._kernels.kernel import Kernel as Kernel
