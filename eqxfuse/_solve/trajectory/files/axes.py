"""Which axes of a batch its conditions vary along."""

from typing import Any

import numpy as np

from eqxfuse._chemistry.conditions import FIELDS, Conditions


def varying(values: Any, axes: int) -> tuple[tuple[int, ...], np.ndarray]:
    """Those of a number of `axes` along which `values`, broadcast to them, differ, and the values along these alone."""
    array = np.asarray(values)
    array = array.reshape((1,) * (axes - array.ndim) + array.shape)
    own = tuple(i for i in range(axes) if (array != array.take([0], axis=i)).any())
    return own, array[tuple(slice(None) if i in own else 0 for i in range(axes))]


def axis_names(conditions: Any, axes: int) -> tuple[str, ...]:
    """A name for each axis of a batch: the field of `conditions` that varies along it, where that is only one and
    varies along no other axis; else `cell`, or `cell_0`, `cell_1`, ... where there are several axes.
    """
    known = isinstance(conditions, Conditions)
    own = {name: varying(getattr(conditions, name), axes)[0] for name in FIELDS} if known else {}
    names = []
    for i in range(axes):
        along = [name for name, varied in own.items() if i in varied]
        alone = len(along) == 1 and own[along[0]] == (i,)
        names.append(along[0] if alone else "cell" if axes == 1 else f"cell_{i}")
    return tuple(names)
