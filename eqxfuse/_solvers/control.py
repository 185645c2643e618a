"""The step size control of `solve`."""

import diffrax
import equinox as eqx
import jax.numpy as jnp

RESOLVED = 1e-5
"""Below this part of the tolerance the digits of an error estimate are, in part, rounding noise."""

UNRESOLVED = 1e-12
"""What such errors count as: the steps then grow nearly as fast as the controller lets them."""


class StepControl(diffrax.PIDController):
    """A PID controller that does not follow rounding noise.

    The first steps of a solve are so short that their error estimates hold nothing but rounding. A controller that
    remembers errors carries that noise into every later step: cells of a batch then take steps that differ by per cents
    from those of the same cells alone, which shows in their derivatives.
    """

    def adapt_step_size(self, t0, t1, y0, y1_candidate, args, y_error, error_order, controller_state):
        """See `diffrax.PIDController.adapt_step_size`."""

        def norm(error):
            size = self.norm(error)
            return jnp.where(size < RESOLVED, UNRESOLVED, size)

        steady = eqx.tree_at(lambda c: c.norm, self, norm)
        return diffrax.PIDController.adapt_step_size(
            steady, t0, t1, y0, y1_candidate, args, y_error, error_order, controller_state
        )
