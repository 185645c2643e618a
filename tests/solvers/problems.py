"""Small problems with known solutions, and the shortest way to solve one."""

import diffrax
import jax.numpy as jnp


def integrate(vector_field, solver, y0, t1, *, args=None, t0=0.0, dt0=None, rtol=1e-6, atol=1e-9, **options):
    """`diffrax.diffeqsolve` with adaptive steps."""
    options = {"stepsize_controller": diffrax.PIDController(rtol=rtol, atol=atol), "max_steps": 10_000} | options
    return diffrax.diffeqsolve(diffrax.ODETerm(vector_field), solver, t0, t1, dt0, y0, args, **options)


def driven(t, y, args):
    """Nonlinear, and depends on time in both components."""
    a, b = y
    return jnp.stack([a * b + t * (b - jnp.cos(t)), t * jnp.sin(t) - (1 + t) * jnp.log(a)])


def driven_solution(t):
    """[..., 2] the solution of `driven`."""
    return jnp.stack([jnp.exp(jnp.sin(t)), jnp.cos(t)], axis=-1)


def logistic(t, y, rate):
    return rate * y * (1 - y)


def logistic_solution(t, y0, rate):
    return 1 / (1 + (1 / y0 - 1) * jnp.exp(-rate * t))
