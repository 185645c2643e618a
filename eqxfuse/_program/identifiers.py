"""Names of array elements in generated code."""

import re
from collections.abc import Sequence

from eqxfuse._program.ir import Array


def identifiers(array: Array) -> list[str]:
    """A distinct Python identifier for each element: `y_H2`, `y_HCOp`, or `k_12` where there is no label."""
    labels: Sequence[str] = array.labels or [str(i) for i in range(array.length)]
    names: list[str] = []
    seen: set[str] = set()
    for i, label in enumerate(labels):
        name = f"{array.name}_{_sanitised(label)}"
        while name in seen:
            name = f"{name}_{i}"
        seen.add(name)
        names.append(name)
    return names


def one_line(text: str) -> str:
    """`text` fit for a comment: printable ASCII without line breaks."""
    return "".join(c if c.isprintable() and c.isascii() else "?" for c in text)


def _sanitised(label: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "_", label.replace("+", "p").replace("-", "m"))
