"""Programs as the text of Python functions that run in JAX."""
