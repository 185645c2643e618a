"""A whole Rosenbrock step."""
