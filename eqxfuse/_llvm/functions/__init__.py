"""Elementary functions as LLVM IR, on numbers of any number of lanes."""
