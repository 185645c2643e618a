"""Native kernels: LLVM IR compiled by llvmlite, kept in a cache, called through XLA's FFI. CPU only."""
