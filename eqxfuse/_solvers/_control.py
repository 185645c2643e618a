"""The step size control of `solve`."""

import diffrax
import equinox as eqx
import jax.numpy as jnp

NOISE = 1e-8
"""Errors below this part of the tolerance are taken for rounding."""


class StepControl(diffrax.PIDController):
    """A PID controller that does not follow rounding noise.

    The first steps of a solve are so short that their error estimates hold nothing but rounding. A controller that
    remembers errors carries that noise into every later step: cells of a batch then take steps that differ by per cents
    from those of the same cells alone, which shows in their derivatives.
    """

    def adapt_step_size(self, t0, t1, y0, y1_candidate, args, y_error, error_order, controller_state):
        """See `diffrax.PIDController.adapt_step_size`."""
        norm = self.norm
        steady = eqx.tree_at(lambda c: c.norm, self, lambda error: jnp.maximum(norm(error), NOISE))
        return diffrax.PIDController.adapt_step_size(
            steady, t0, t1, y0, y1_candidate, args, y_error, error_order, controller_state
        )
