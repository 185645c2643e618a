"""What holds much says in one line what it is."""

from typing import Any

import wadler_lindig as wl


class OneLine:
    """A base of classes with a short `__repr__` of their own.

    Equinox prints a module, and all that stands in it, by taking dataclasses apart: tens of thousands of lines for a
    right-hand side. With this base it takes the `repr` instead.
    """

    def __pdoc__(self, **_: Any) -> wl.AbstractDoc:
        return wl.TextDoc(repr(self))
