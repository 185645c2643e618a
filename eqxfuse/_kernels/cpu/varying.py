"""Over which axes of a device mesh an array varies, inside `shard_map`; JAX has renamed this more than once."""

import jax


def varying(array) -> frozenset:
    """The mesh axes; none where JAX does not keep count."""
    aval = jax.typeof(array)
    if hasattr(aval, "manual_axis_type"):
        return frozenset(aval.manual_axis_type.varying)
    return frozenset(getattr(aval, "vma", ()))


def aligned(arrays) -> list:
    """The arrays, each varying over all axes that any of them varies over."""
    own = [varying(a) for a in arrays]
    union = frozenset().union(*own)
    return [_vary(a, tuple(union - axes)) for a, axes in zip(arrays, own, strict=True)]


def _vary(array, axes: tuple):
    if not axes:
        return array
    if hasattr(jax.lax, "pcast"):
        return jax.lax.pcast(array, axes, to="varying")
    return jax.lax.pvary(array, axes)  # pyright: ignore[reportAttributeAccessIssue]
