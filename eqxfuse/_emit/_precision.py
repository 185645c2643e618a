"""Tracing in double precision, whatever the user's setting is."""

import jax


def double_precision():
    """A context in which arrays may be float64."""
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(True)
    from jax.experimental import enable_x64  # pyright: ignore[reportAttributeAccessIssue]

    return enable_x64()
