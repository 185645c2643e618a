"""Network -> Program: what is to be computed, with common factors shared."""
