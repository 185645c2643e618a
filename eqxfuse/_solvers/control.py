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


SHORT = 0.9
"""Part of what was wanted below which a step was cut off by the end of the solve, and says nothing of the next."""


class RememberingControl(StepControl):
    """`StepControl` that has, as the second part of its state, the step that it wants next: that of the next solve,
    which is not the last step of this one, for that is cut off by its end.
    """

    def init(self, terms, t0, t1, y0, dt0, args, func, error_order):  # pyright: ignore[reportIncompatibleMethodOverride]
        """See `diffrax.PIDController.init`."""
        first, state = StepControl.init(self, terms, t0, t1, y0, dt0, args, func, error_order)
        return first, (state, first - t0)

    def adapt_step_size(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, t0, t1, y0, y1_candidate, args, y_error, error_order, controller_state
    ):
        """See `diffrax.PIDController.adapt_step_size`."""
        state, wanted = controller_state
        kept, start, end, jumped, state, result = StepControl.adapt_step_size(
            self, t0, t1, y0, y1_candidate, args, y_error, error_order, state
        )
        cut_off = kept & (t1 - t0 < SHORT * wanted)
        wanted = jnp.where(cut_off, jnp.maximum(end - start, wanted), end - start)
        return kept, start, end, jumped, (state, wanted), result
