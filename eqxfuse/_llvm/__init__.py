"""Programs as LLVM IR. Writes text and compiles nothing."""
