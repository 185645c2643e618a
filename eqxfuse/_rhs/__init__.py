"""The right-hand side of a network, and what belongs to it: coefficients, modifiers, Jacobian, source."""
